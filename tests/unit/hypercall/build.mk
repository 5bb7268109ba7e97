# SPDX-License-Identifier: GPL-2.0-or-later
HYPERCALL_FAKES := tests/unit/hypercall/fake_machine.c hypervisor/hypercall/common.c \
		   hypervisor/mm/guest_struct.c
$(eval $(call unit_test,hypercall,dispatch,\
	hypervisor/hypercall/dispatch.c hypervisor/mm/guest_struct.c))
$(eval $(call unit_test,hypercall,memory,\
	$(HYPERCALL_FAKES) $(wildcard hypervisor/hypercall/memory*.c)))
$(eval $(call unit_test,hypercall,domctl,\
	$(HYPERCALL_FAKES) $(wildcard hypervisor/hypercall/domctl*.c) \
	$(addprefix hypervisor/hypercall/,sysctl.c sysctl_topology.c hvm_op.c) \
	$(wildcard hypervisor/hvm/cpuid*.c)))
$(eval $(call unit_test,hypercall,vcpu,\
	$(HYPERCALL_FAKES) $(addprefix hypervisor/hypercall/,sched_op.c vcpu_op.c \
	vcpu_timers.c vcpu_initialise.c console_io.c vm_assist.c wallclock.c)))
