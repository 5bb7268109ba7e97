# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,machine_check,judge,hypervisor/x86/mc_judge.c))
