# SPDX-License-Identifier: GPL-2.0-or-later
VMX := hypervisor/hvm/vmx/
$(eval $(call unit_test,vmx,pure,$(addprefix $(VMX),controls.c segment.c ept.c exit.c)))
$(eval $(call unit_test,vmx,cr,$(VMX)cr.c))
