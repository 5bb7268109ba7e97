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

LIBRARIES := zlib xz-utils libzstd lz4
$(eval $(call package,musl))
$(eval $(call package,linux-libc-dev,musl))
$(foreach p,$(LIBRARIES) busybox dropbear,$(eval $(call package,$p,musl linux-libc-dev)))

# The sysroot is ready: compiler wrapper, C library, kernel headers, libraries.
$(B)/sysroot/.done: $(foreach p,musl linux-libc-dev $(LIBRARIES),$(PACKAGES)/$p/.done)
	@touch $@

.PHONY: sysroot
sysroot: $(B)/sysroot/.done ## the musl compiler and its libraries in build/sysroot
