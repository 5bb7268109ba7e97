# SPDX-License-Identifier: GPL-2.0-or-later
#
# The control domain: third-party packages, its root file system, the demo guest, and the kernel.

ROOTFS := dom0-rootfs
PACKAGES := $(B)/packages
JOBS ?= $(shell nproc)

# $(call package,NAME,NEEDED PACKAGES): how packages/NAME is built. .done is the stamp.
define package
$(PACKAGES)/$1/.done: $(wildcard $(ROOTFS)/packages/$1/*) $(ROOTFS)/build-package $(DL)/$1.ok \
		$(foreach p,$2,$(PACKAGES)/$p/.done)
	@echo "  PACKAGE $1"
	@B=$(B) DL=$(DL) JOBS=$(JOBS) $(ROOTFS)/build-package $1
	@touch $$@
endef

LIBRARIES := zlib xz-utils libzstd lz4 xxhash jansson sqlite3 expat mbedtls libsodium ncurses
$(eval $(call package,musl))
$(eval $(call package,linux-libc-dev,musl))
$(foreach p,$(LIBRARIES) libaio mdadm busybox dosfstools dropbear e2fsprogs util-linux iproute2,\
	$(eval $(call package,$p,musl linux-libc-dev)))
$(eval $(call package,lvm2,musl linux-libc-dev libaio))
$(eval $(call package,meson,musl))
$(eval $(call package,pcre2,musl linux-libc-dev))
$(eval $(call package,glib2.0,musl linux-libc-dev meson pcre2))
$(eval $(call package,qemu,musl linux-libc-dev meson zlib libaio glib2.0))
$(eval $(call package,lighttpd,musl linux-libc-dev meson zlib mbedtls))
$(eval $(call package,open-iscsi,musl linux-libc-dev glib2.0))
$(eval $(call package,libssh2,musl linux-libc-dev mbedtls))
$(eval $(call package,libvncserver,musl linux-libc-dev zlib))
$(eval $(call package,curl,musl linux-libc-dev zlib libzstd mbedtls libssh2))
$(eval $(call package,ca-certificates))
$(eval $(call package,grub-xen-host))
# Whose root/ goes into the control domain.
ROOT_PACKAGES := busybox dosfstools dropbear mdadm lvm2 e2fsprogs util-linux iproute2 qemu \
		 open-iscsi lighttpd curl ca-certificates grub-xen-host

# The sysroot is ready: compiler wrapper, C library, kernel headers, libraries.
$(B)/sysroot/.done: $(foreach p,musl linux-libc-dev $(LIBRARIES),$(PACKAGES)/$p/.done)
	@touch $@

.PHONY: sysroot
sysroot: $(B)/sysroot/.done ## the musl compiler and its libraries in build/sysroot

# ---- the kernel --------------------------------------------------------------------------------
KERNEL_PACKAGE := $(shell awk '$$1 == "product" && $$3 ~ /^linux-image-/ { print $$3 }' $(LOCK))
KERNEL_VERSION := $(KERNEL_PACKAGE:linux-image-%=%)

$(B)/kernel/.done: $(DL)/$(KERNEL_PACKAGE).ok
	@echo "  KERNEL  $(KERNEL_VERSION)"
	@rm -rf $(B)/kernel && mkdir -p $(B)/kernel
	@dpkg-deb -x $(call locked_files,$(KERNEL_PACKAGE)) $(B)/kernel
	@mv $(B)/kernel/usr/lib $(B)/kernel/
	@/sbin/depmod -b $(B)/kernel $(KERNEL_VERSION)
	@touch $@

$(B)/dom0/vmlinuz: $(B)/kernel/.done
	@mkdir -p $(@D)
	@cp $(B)/kernel/boot/vmlinuz-$(KERNEL_VERSION) $@

$(B)/dom0/vmlinux: $(B)/dom0/vmlinuz tools/extract-vmlinux
	@tools/extract-vmlinux $< $@

# For the ISO; the hypervisor unpacks it. Its checksum finds a worn disc.
$(B)/dom0/%.lz4: $(B)/dom0/%
	@lz4 -12 -f -q --content-size $< $@

# ---- the control domain and the demo guest -----------------------------------------------------
$(B)/dom0/demo-initrd: $(ROOTFS)/make-demo-guest $(wildcard $(ROOTFS)/demo-guest/*) \
		tools/pack-initrd $(PACKAGES)/busybox/.done $(B)/kernel/.done
	@echo "  INITRD  $@"
	@mkdir -p $(@D)
	@B=$(B) $(ROOTFS)/make-demo-guest $(KERNEL_VERSION) $@

$(B)/dom0/initrd: $(ROOTFS)/make-rootfs $(shell find $(ROOTFS)/overlay installer/engine -type f) \
		installer/example $(wildcard installer/upgrade/*) \
		tools/pack-initrd $(BOARD)/modules.list $(B)/kernel/.done $(B)/dom0/vmlinuz \
		$(foreach p,$(ROOT_PACKAGES),$(PACKAGES)/$p/.done) \
		$(B)/dom0/demo-initrd.gz $(TOOLSTACK_PROGRAMS) $(LOCALE)/zones \
		$(WEBUI)/dist/index.html.gz
	@echo "  INITRD  $@"
	@B=$(B) PACKAGES='$(ROOT_PACKAGES)' TOOLSTACK='$(TOOLSTACK_PROGRAMS)' \
		$(ROOTFS)/make-rootfs $(KERNEL_VERSION) $(VERSION)
	@tools/pack-initrd $(B)/dom0/root $@

# Loaders that take no plain archive, or are slow to read one, get it in one gzip member: mboot.c32
# unpacks no more than the first.
$(B)/dom0/%.gz: $(B)/dom0/%
	@gzip -6 -n <$< >$@

.PHONY: dom0
dom0: $(addprefix $(B)/dom0/,vmlinux initrd initrd.gz) ## the control domain's kernel and initramfs
