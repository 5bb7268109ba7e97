# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,hvm,inject,hypervisor/hvm/inject.c))
$(eval $(call unit_test,hvm,tlb,hypervisor/hvm/asid.c hypervisor/hvm/svm/tlb.c))
$(eval $(call unit_test,hvm,iret,hypervisor/hvm/svm/iret.c))
