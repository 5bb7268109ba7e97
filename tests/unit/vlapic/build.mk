# SPDX-License-Identifier: GPL-2.0-or-later
VLAPIC := $(addprefix hypervisor/hvm/,vlapic.c vlapic_timer.c vlapic_ipi.c)
$(eval $(call unit_test,vlapic,registers,$(VLAPIC) tests/unit/vlapic/machine.c))
$(eval $(call unit_test,vlapic,messages,$(VLAPIC) tests/unit/vlapic/machine.c))
$(eval $(call unit_test,vlapic,timer,$(VLAPIC) tests/unit/vlapic/machine.c))
