# SPDX-License-Identifier: GPL-2.0-or-later
HYPERCALL_FAKES := tests/unit/hypercall/fake_machine.c hypervisor/hypercall/common.c
$(eval $(call unit_test,hypercall,dispatch,hypervisor/hypercall/dispatch.c))
$(eval $(call unit_test,hypercall,memory,$(HYPERCALL_FAKES) $(wildcard hypervisor/hypercall/memory*.c)))
$(eval $(call unit_test,hypercall,domctl,$(HYPERCALL_FAKES) $(wildcard hypervisor/hypercall/domctl*.c) \
	$(addprefix hypervisor/hypercall/,sysctl.c sysctl_topology.c hvm_op.c) $(wildcard hypervisor/hvm/cpuid*.c)))
