# SPDX-License-Identifier: GPL-2.0-or-later
# libc has a sched_yield too, which the leak checker calls.
SCHED_TEST_FLAGS := -Dsched_yield=vcpu_sched_yield
$(eval $(call unit_test,sched,credit,hypervisor/sched/account.c hypervisor/sched/queue.c,$(SCHED_TEST_FLAGS)))
$(eval $(call unit_test,sched,threads,hypervisor/sched/credit.c hypervisor/sched/account.c hypervisor/sched/queue.c,$(SCHED_TEST_FLAGS) -include tests/unit/sched/relax.h))
