# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,hypercall,dispatch,hypervisor/hypercall/dispatch.c))
