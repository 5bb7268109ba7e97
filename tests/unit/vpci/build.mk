# SPDX-License-Identifier: GPL-2.0-or-later
VPCI := $(addprefix hypervisor/hvm/,vpci.c vpci_scan.c vpci_msi.c vpci_msix.c)
$(eval $(call unit_test,vpci,config,$(VPCI) tests/unit/vpci/bus.c))
$(eval $(call unit_test,vpci,msi,$(VPCI) tests/unit/vpci/bus.c))
$(eval $(call unit_test,vpci,msix,$(VPCI) tests/unit/vpci/bus.c))
