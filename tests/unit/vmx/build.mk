# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,vmx,pure,$(addprefix hypervisor/hvm/vmx/,controls.c segment.c ept.c exit.c)))
$(eval $(call unit_test,vmx,cr,hypervisor/hvm/vmx/cr.c))
