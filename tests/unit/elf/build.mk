# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,elf,elf,hypervisor/domain/elf.c))
