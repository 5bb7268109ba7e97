# SPDX-License-Identifier: GPL-2.0-or-later
EMUL_DECODER := hypervisor/emul/decode.c hypervisor/emul/address.c hypervisor/emul/tables.c
$(eval $(call unit_test,emul,decode,$(EMUL_DECODER)))
# The test runs PUSHF in the middle of C code.
$(eval $(call unit_test,emul,emulate,$(EMUL_DECODER) hypervisor/emul/emulate.c,-mno-red-zone))
