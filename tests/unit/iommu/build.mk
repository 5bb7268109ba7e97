# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,iommu,firmware,$(addprefix hypervisor/iommu/,dmar.c ivrs.c firmware.c)))
$(eval $(call unit_test,iommu,tables,hypervisor/iommu/tables.c))
$(eval $(call unit_test,iommu,amd,hypervisor/iommu/amd.c))
$(eval $(call unit_test,iommu,domains,$(addprefix hypervisor/iommu/,domains.c firmware.c)))
