# SPDX-License-Identifier: GPL-2.0-or-later
#
# The ISO image and the list of what is in it.

ISO_NEEDS := image/make-iso image/isolinux.cfg $(BOARD)/cmdline \
	$(DL)/isolinux.ok $(DL)/syslinux-common.ok \
	$(B)/hypervisor/socle $(B)/dom0/vmlinux.lz4 $(B)/dom0/initrd.lz4 \
	installer/boot/slot.cfg $(INSTALL_FILES)

$(B)/socle.iso: $(ISO_NEEDS)
	@echo "  ISO     $@"
	@B=$(B) image/make-iso $@ $(VERSION) $(call locked_files,isolinux) \
		$(call locked_files,syslinux-common) $(INSTALL_FILES)

.PHONY: iso
iso: $(B)/socle.iso $(B)/manifest.json ## build/socle.iso, to burn or to copy to a USB stick

$(B)/manifest.json: $(B)/socle.iso image/make-manifest $(LOCK) $(BOARD)/packages.list \
		$(wildcard $(ROOTFS)/packages/*/recipe)
	@echo "  LIST    $@"
	@image/make-manifest $(B) $(VERSION) $@

.PHONY: check-reproducible
check-reproducible: ## build the last commit twice and compare the ISO byte for byte
	@B=$(B) DL=$(DL) image/check-reproducible
