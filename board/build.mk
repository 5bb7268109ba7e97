# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a build is for, and where its parts come from: the packages on the build machine, and the
# locked files from Debian that go into the image.

BOARD := board/x86_64
LOCK := $(BOARD)/packages.lock

# ---- packages on the build machine -------------------------------------------------------------
# $(B)/host-deps/<group> is a stamp: that group of board/host-deps.list is installed.
$(B)/host-deps/%: board/host-deps board/host-deps.list
	@mkdir -p $(@D)
	@board/host-deps $*
	@touch $@

# One at a time: apt has one lock.
$(B)/host-deps/test $(B)/host-deps/lint: | $(B)/host-deps/build

# ---- files from Debian -------------------------------------------------------------------------
# $(DL)/<package>.ok is a stamp: all locked files of that package are in dl/ and have been
# verified. It depends on the package's own lines of the lock file, so that a changed lock
# rebuilds only what has changed.
$(DL)/lock/.split: $(LOCK) tools/fetch | $(B)/host-deps/build
	@tools/fetch --split $(DL)/lock
	@touch $@

$(DL)/lock/%: $(DL)/lock/.split
	@test -e $@ || { echo "$*: not in $(LOCK)"; exit 1; }

$(DL)/%.ok: $(DL)/lock/%
	tools/fetch --package $*
	@touch $@

# Links of a chain of rules, but not to be thrown away.
.PRECIOUS: $(B)/host-deps/% $(DL)/lock/% $(DL)/%.ok

# $(call locked_version,PACKAGE) and $(call locked_files,PACKAGE): what the lock says.
locked_version = $(shell awk '$$3 == "$(1)" { print $$4; exit }' $(LOCK))
locked_files = $(shell awk '$$3 == "$(1)" { n = split($$7, p, "/"); print "$(DL)/" p[n] }' $(LOCK))

.PHONY: host-deps update-lock fetch
host-deps: $(addprefix $(B)/host-deps/,build test lint) ## install what all of it needs

fetch: ## download what the image is made of
	tools/fetch --group product

update-lock: $(B)/host-deps/build ## pin the newest Debian packages in board/x86_64/packages.lock
	tools/update-lock

# ---- the emulated machine ----------------------------------------------------------------------
HYPERVISOR ?= socle

# Debian's Xen, to compare with.
$(B)/peer/xen: $(DL)/xen-hypervisor-4.20-amd64.ok
	@mkdir -p $(@D)
	@dpkg-deb --fsys-tarfile $(call locked_files,xen-hypervisor-4.20-amd64) | \
		tar -xO ./boot/xen-4.20-amd64.gz | gzip -dc > $@

RUN_NEEDS_socle := $(B)/socle.iso
RUN_NEEDS_xen := $(B)/peer/xen $(B)/dom0/vmlinux $(B)/dom0/initrd

.PHONY: run
run: $(RUN_NEEDS_$(HYPERVISOR)) ## the ISO in an emulated machine (HYPERVISOR=xen: Debian's)
	@B=$(B) board/qemu/run --hypervisor $(HYPERVISOR) $(RUN_FLAGS)
