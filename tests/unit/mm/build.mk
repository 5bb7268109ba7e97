# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,mm,domain_pages,$(addprefix hypervisor/mm/,domain_pages.c page_list.c)))
$(eval $(call unit_test,mm,heap,$(addprefix hypervisor/mm/,heap.c page_list.c)))
$(eval $(call unit_test,mm,p2m,hypervisor/mm/p2m.c))
$(eval $(call unit_test,mm,guest_struct,hypervisor/mm/guest_struct.c))
$(eval $(call unit_test,mm,placement,hypervisor/mm/placement.c))
