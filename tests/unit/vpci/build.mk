# SPDX-License-Identifier: GPL-2.0-or-later
VPCI := $(wildcard hypervisor/hvm/vpci*.c) $(addprefix tests/unit/vpci/,bus.c guests.c)
$(foreach t,config msi msix assign guest,$(eval $(call unit_test,vpci,$t,$(VPCI))))
