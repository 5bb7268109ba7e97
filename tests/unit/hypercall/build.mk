# SPDX-License-Identifier: GPL-2.0-or-later
HYPERCALL_FAKES := tests/unit/hypercall/fake_machine.c hypervisor/hypercall/common.c \
		   hypervisor/mm/guest_struct.c
$(eval $(call unit_test,hypercall,dispatch,\
	hypervisor/hypercall/dispatch.c hypervisor/mm/guest_struct.c))

MEMORY_OP := $(HYPERCALL_FAKES) tests/unit/hypercall/memory_caller.c \
	     $(wildcard hypervisor/hypercall/memory*.c)
$(foreach t,reservation physmap memory,\
	$(eval $(call unit_test,hypercall,$t,$(MEMORY_OP))))

CONTROL := $(HYPERCALL_FAKES) tests/unit/hypercall/fake_control.c \
	   $(wildcard hypervisor/hypercall/domctl*.c hypervisor/hypercall/memory*.c) \
	   $(addprefix hypervisor/hypercall/,sysctl.c sysctl_topology.c hvm_op.c) \
	   $(wildcard hypervisor/hvm/cpuid*.c)
$(foreach t,domctl domctl_state domctl_device hvm_op sysctl,\
	$(eval $(call unit_test,hypercall,$t,$(CONTROL))))

VCPUS := $(HYPERCALL_FAKES) tests/unit/hypercall/fake_vcpus.c \
	 $(addprefix hypervisor/hypercall/,sched_op.c vcpu_op.c vcpu_timers.c \
	 vcpu_initialise.c console_io.c vm_assist.c wallclock.c)
$(foreach t,sched_op vcpu,$(eval $(call unit_test,hypercall,$t,$(VCPUS))))
