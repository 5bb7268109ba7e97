# SPDX-License-Identifier: GPL-2.0-or-later
CPUID := $(addprefix hypervisor/hvm/,cpuid.c cpuid_policy.c cpuid_policy_leaves.c) \
	 tests/unit/cpuid/host_model.c
$(eval $(call unit_test,cpuid,policy,$(CPUID)))
$(foreach t,context context_refused,$(eval $(call unit_test,cpuid,$t,\
	$(CPUID) tests/unit/cpuid/saved_state.c \
	$(addprefix hypervisor/hvm/,context.c context_check.c context_records.c inject.c))))
