# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,boot,cmdline,hypervisor/boot/cmdline.c hypervisor/lib/str_copy.c))
$(eval $(call unit_test,boot,multiboot,hypervisor/boot/multiboot.c hypervisor/boot/boot_info.c))
$(eval $(call unit_test,boot,multiboot2,hypervisor/boot/multiboot2.c hypervisor/boot/boot_info.c))
