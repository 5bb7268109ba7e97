# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,speculation,choose,hypervisor/x86/speculation_choose.c))
