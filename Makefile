# SPDX-License-Identifier: GPL-2.0-or-later
#
# Socle, built from here with one make: each folder adds its part. Results are in build/, downloads
# in dl/. `make help` lists the targets.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := iso

VERSION := 0.1

B := build
DL := dl

HOSTCC := gcc
MUSL_CC := $(B)/sysroot/bin/musl-gcc
PYTHON := /usr/bin/python3

# One fixed clock for every archive that we write: two builds of one commit are the same bytes,
# and so are an incremental and a clean one.
export SOURCE_DATE_EPOCH := 1795219200
export TZ := UTC
export LC_ALL := C
export PYTHONDONTWRITEBYTECODE := 1

-include board/build.mk
-include abi/build.mk
-include hypervisor/build.mk
-include toolstack/build.mk
-include toolstack/model/build.mk
-include webui/build.mk
-include installer/build.mk
-include dom0-rootfs/build.mk
-include image/build.mk
-include tests/build.mk
-include tools/build.mk

# No hypervisor before there is a compiler; what musl's compiler builds waits for the sysroot.
$(HV_OBJ): | $(B)/host-deps/build

.PHONY: help clean distclean
help: ## this list
	@echo "make TARGET    (results in build/, downloads in dl/)"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' \
		$(filter Makefile %.mk,$(MAKEFILE_LIST))

clean: ## remove build/
	rm -rf $(B)

distclean: clean ## remove build/ and dl/
	rm -rf $(DL)
