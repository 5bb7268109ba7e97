# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,log,log,hypervisor/lib/log.c hypervisor/lib/console.c hypervisor/lib/str_copy.c))
$(eval $(call unit_test,log,uart,))
$(eval $(call unit_test,log,vga,))
