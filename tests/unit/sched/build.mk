# SPDX-License-Identifier: GPL-2.0-or-later
# libc has a sched_yield too, which the leak checker calls. sim.h includes credit.c itself.
SCHED_TEST_SRC := hypervisor/sched/account.c hypervisor/sched/queue.c
SCHED_TEST_FLAGS := -Dsched_yield=vcpu_sched_yield
SCHED_THREADS_SRC := $(SCHED_TEST_SRC) hypervisor/sched/credit.c
SCHED_THREADS_FLAGS := $(SCHED_TEST_FLAGS) -include tests/unit/sched/relax.h
$(eval $(call unit_test,sched,credit,$(SCHED_TEST_SRC),$(SCHED_TEST_FLAGS)))
$(eval $(call unit_test,sched,races,$(SCHED_TEST_SRC),$(SCHED_TEST_FLAGS)))
$(eval $(call unit_test,sched,sipi,$(SCHED_TEST_SRC) hypervisor/sched/credit.c \
	hypervisor/domain/vcpu.c,$(SCHED_TEST_FLAGS)))
$(eval $(call unit_test,sched,threads,$(SCHED_THREADS_SRC),$(SCHED_THREADS_FLAGS)))
