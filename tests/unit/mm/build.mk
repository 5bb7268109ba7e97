# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,mm,domain_pages,hypervisor/mm/domain_pages.c hypervisor/mm/page_list.c))
$(eval $(call unit_test,mm,heap,hypervisor/mm/heap.c hypervisor/mm/page_list.c))
$(eval $(call unit_test,mm,p2m,hypervisor/mm/p2m.c))
$(eval $(call unit_test,mm,guest_struct,hypervisor/mm/guest_struct.c))
$(eval $(call unit_test,mm,placement,hypervisor/mm/placement.c))
