# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,emul,decode,hypervisor/emul/decode.c))
# The test runs PUSHF in the middle of C code.
EMUL_SRC := hypervisor/emul/decode.c hypervisor/emul/emulate.c
$(eval $(call unit_test,emul,emulate,$(EMUL_SRC),-mno-red-zone))
