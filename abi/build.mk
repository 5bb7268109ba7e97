# SPDX-License-Identifier: GPL-2.0-or-later
#
# abi/ has nothing to build; it is compared with Debian's libxen-dev of the version that it mirrors.
# That package is only unpacked below build/, never installed.

XEN_DEV := $(B)/check-abi/libxen-dev

$(XEN_DEV)/.done: $(DL)/libxen-dev.ok
	rm -rf $(@D) && mkdir -p $(@D)
	dpkg-deb -x $(call locked_files,libxen-dev) $(@D)
	touch $@

.PHONY: check-abi
check-abi: $(XEN_DEV)/.done | $(B)/host-deps/build ## compare abi/ with Debian's Xen headers
	$(PYTHON) tools/check_abi --work $(B)/check-abi $(XEN_DEV)/usr/include
