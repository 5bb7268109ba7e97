# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,mm,domain_pages,hypervisor/mm/domain_pages.c))
$(eval $(call unit_test,mm,heap,hypervisor/mm/heap.c))
P2M_TEST_SOURCES := hypervisor/mm/p2m.c tests/unit/mm/p2m_machine.c
$(eval $(call unit_test,mm,p2m,$(P2M_TEST_SOURCES)))
$(eval $(call unit_test,mm,p2m_log,$(P2M_TEST_SOURCES)))
$(eval $(call unit_test,mm,guest_struct,hypervisor/mm/guest_struct.c))
$(eval $(call unit_test,mm,placement,hypervisor/mm/placement.c))
