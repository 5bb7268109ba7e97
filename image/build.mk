# SPDX-License-Identifier: GPL-2.0-or-later
#
# The ISO image and the list of what is in it; what UEFI starts, on media and on installed disks.

EFI_LOADER := $(B)/image/bootx64.efi
EFI_PARTITION := $(B)/image/efi.img

$(EFI_LOADER): image/efi/make-loader image/efi/grub.cfg $(DL)/grub-efi-amd64-bin.ok
	@echo "  EFI     $@"
	@mkdir -p $(@D)
	@B=$(B) image/efi/make-loader $@ $(EFI_PARTITION) $(call locked_files,grub-efi-amd64-bin)

# Made by the same script.
$(EFI_PARTITION): $(EFI_LOADER) ;

ISO_NEEDS := image/make-iso image/isolinux.cfg $(BOARD)/cmdline \
	$(DL)/isolinux.ok $(DL)/syslinux-common.ok $(EFI_PARTITION) \
	$(B)/hypervisor/socle $(B)/dom0/vmlinux.lz4 $(B)/dom0/initrd.lz4 \
	installer/boot/slot.cfg $(INSTALL_FILES)

$(B)/socle.iso: $(ISO_NEEDS)
	@echo "  ISO     $@"
	@B=$(B) image/make-iso $@ $(VERSION) $(call locked_files,isolinux) \
		$(call locked_files,syslinux-common) $(EFI_PARTITION) $(INSTALL_FILES)

.PHONY: iso
iso: $(B)/socle.iso $(B)/manifest.json ## build/socle.iso, to burn or to copy to a USB stick

$(B)/manifest.json: $(B)/socle.iso $(WEBUI)/dist/index.html.gz image/make-manifest $(LOCK) \
		$(BOARD)/packages.list \
		$(wildcard $(ROOTFS)/packages/*/recipe)
	@echo "  LIST    $@"
	@image/make-manifest $(B) $(VERSION) $@

.PHONY: check-reproducible
check-reproducible: ## build the last commit twice and compare the ISO byte for byte
	@B=$(B) DL=$(DL) image/check-reproducible

# ---- the disk image -----------------------------------------------------------------------------
# ANSWERS=FILE: what its first start is told; anew each time, as the file may be another.
DISK_IMAGE_NEEDS := $(B)/socle.iso image/make-disk-image $(B)/toolstack/install-answers \
		    $(PACKAGES)/util-linux/.done \
		    $(addprefix installer/engine/,lib steps/disks steps/partition)

$(B)/socle.img: $(DISK_IMAGE_NEEDS) $(if $(ANSWERS),always)
	@echo "  IMAGE   $@"
	@B=$(B) image/make-disk-image $@ $(ANSWERS)

.PHONY: disk-image always
disk-image: $(B)/socle.img ## build/socle.img, to write to disks; ANSWERS=FILE is its answer file

# ---- from the network ---------------------------------------------------------------------------
# URL=...: where the folder will be by HTTP.
PXE_NEEDS := $(B)/socle.iso $(addprefix image/,make-pxe pxe-readme isolinux.cfg) \
	     $(DL)/pxelinux.ok $(EFI_LOADER)

$(B)/pxe/README: $(PXE_NEEDS) $(if $(URL),always)
	@echo "  PXE     $(@D)"
	@B=$(B) image/make-pxe $(@D) $(VERSION) $(call locked_files,pxelinux) \
		$(call locked_files,syslinux-common) $(EFI_LOADER) $(URL)

.PHONY: pxe
pxe: $(B)/pxe/README ## build/pxe, for a server that machines start from; URL=... is its address
