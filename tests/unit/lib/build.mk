# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,lib,string,hypervisor/lib/str_copy.c))
$(eval $(call unit_test,lib,format,))
