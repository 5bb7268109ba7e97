# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,microcode,file,hypervisor/x86/microcode_file.c))
