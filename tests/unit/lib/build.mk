# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,lib,string,hypervisor/lib/str_copy.c))
$(eval $(call unit_test,lib,format,))
$(eval $(call unit_test,lib,index,))
$(eval $(call unit_test,lib,lz4,hypervisor/lib/lz4.c hypervisor/lib/xxh32.c))
$(B)/tests/unit/lib/test_lz4: UNIT_CFLAGS += -llz4
$(eval $(call unit_test,lib,symbols,hypervisor/lib/symbols.c))
