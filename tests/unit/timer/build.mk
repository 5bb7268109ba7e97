# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,timer,queue,hypervisor/x86/timer.c))
