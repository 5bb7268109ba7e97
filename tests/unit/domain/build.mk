# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,domain,registry,hypervisor/domain/registry.c))
$(eval $(call unit_test,domain,dom0_cmdline,hypervisor/domain/dom0_cmdline.c))
