# SPDX-License-Identifier: GPL-2.0-or-later
#
# System tests: what they boot, and a disk with the guest images that they use
# (build/tests/system/images.iso): the Debian installer, small hand-made kernels, and hostile
# ones.

SYSTEM_IMAGES := $(B)/tests/system/images
SYSTEM_DISK := $(B)/tests/system/images.iso
INSTALLER := debian-installer-13-netboot-amd64
DEBIAN_GUEST := $(B)/tests/system/debian-guest.img
NFS_SERVER := $(B)/tests/system/nfs-server.initrd
ISCSI_TARGET := $(B)/tests/system/iscsi-target.initrd

# What test_vtx.py starts as a control domain.
VTX_GUESTS := $(patsubst %,$(B)/tests/guest/%.elf,basics apic control faults memory smp)

TEST_HYPERVISOR := $(if $(filter xen,$(HYPERVISOR)),$(B)/peer/xen,$(B)/hypervisor/socle)
SYSTEM_NEEDS := $(TEST_HYPERVISOR) $(B)/dom0/vmlinux $(B)/dom0/initrd $(SYSTEM_DISK) \
		$(DEBIAN_GUEST) $(B)/xe $(B)/api/xen_api/.done $(WEBUI_TEST)/.done \
		$(NFS_SERVER) $(ISCSI_TARGET) $(VTX_GUESTS) \
		$(if $(filter xen,$(HYPERVISOR)),,\
		  $(addprefix $(B)/,socle.iso socle.img pxe/README bundle-sign))

$(SYSTEM_IMAGES)/%.elf: tests/system/images/%.S $(addprefix tests/system/images/,pvh.inc image.lds)
	@mkdir -p $(@D)
	gcc -c $< -o $(@:.elf=.o)
	ld -n -static --build-id=none -T tests/system/images/image.lds $(@:.elf=.o) -o $@

$(SYSTEM_IMAGES)/hostile.elf: $(B)/tests/guest/hostile.elf
	@mkdir -p $(@D)
	cp $< $@

$(SYSTEM_IMAGES)/installer/.done: $(DL)/$(INSTALLER).ok
	@mkdir -p $(@D)
	dpkg-deb --fsys-tarfile $(call locked_files,$(INSTALLER)) | \
		tar -xO --wildcards '*/text/*/amd64/linux' > $(@D)/vmlinuz
	dpkg-deb --fsys-tarfile $(call locked_files,$(INSTALLER)) | \
		tar -xO --wildcards '*/text/*/amd64/initrd.gz' > $(@D)/initrd.gz
	@touch $@

$(SYSTEM_IMAGES)/bad/.done: tests/system/images/make_bad.py $(B)/dom0/vmlinuz $(B)/dom0/vmlinux
	/usr/bin/python3 $< $(B)/dom0/vmlinuz $(B)/dom0/vmlinux $(@D)
	@touch $@

# The demo guest, with a kernel and what it takes to begin it; Linux reads archives one after the
# other.
$(SYSTEM_IMAGES)/kexec.initrd: tests/system/images/kexec.c tools/pack-initrd $(B)/dom0/vmlinuz \
		$(B)/dom0/demo-initrd $(B)/dom0/demo-initrd.gz
	@rm -rf $(B)/tests/system/kexec
	@mkdir -p $(@D) $(B)/tests/system/kexec/{bin,kexec}
	gcc -Os -static $< -o $(B)/tests/system/kexec/bin/kexec
	cp $(B)/dom0/vmlinuz $(B)/tests/system/kexec/kexec/kernel
	cp $(B)/dom0/demo-initrd.gz $(B)/tests/system/kexec/kexec/initrd
	tools/pack-initrd $(B)/tests/system/kexec $(B)/tests/system/kexec.cpio
	cat $(B)/dom0/demo-initrd $(B)/tests/system/kexec.cpio >$@

# Made once: it takes a minute and 300 MB of packages.
$(DEBIAN_GUEST): tests/system/make-debian-guest $(DL)/$(KERNEL_PACKAGE).ok | $(TEST_TOOLS)
	tests/system/make-debian-guest $(call locked_files,$(KERNEL_PACKAGE)) $@

$(NFS_SERVER): tests/system/make-nfs-server $(PACKAGES)/busybox/.done $(B)/kernel/.done \
		tools/pack-initrd
	@mkdir -p $(@D)
	B=$(B) tests/system/make-nfs-server $(KERNEL_VERSION) $@

$(ISCSI_TARGET): tests/system/make-iscsi-target $(PACKAGES)/busybox/.done $(B)/kernel/.done \
		tools/pack-initrd
	@mkdir -p $(@D)
	B=$(B) tests/system/make-iscsi-target $(KERNEL_VERSION) $@

$(SYSTEM_DISK): $(addprefix $(SYSTEM_IMAGES)/,\
		triple_fault.elf spin.elf idle.elf hostile.elf kexec.initrd installer/.done \
		bad/.done)
	xorriso -as mkisofs -quiet -R -o $@ -m '*.o' $(SYSTEM_IMAGES)

.PHONY: test-system
test-system: $(SYSTEM_NEEDS) ## the ISO in an emulated machine (HYPERVISOR=xen: on Xen)
	@$(TEST_RUN) system
