# SPDX-License-Identifier: GPL-2.0-or-later
# What vmd does to the host itself, by the image's own programs, in namespaces.
HOST_TEST_PROGRAMS := $(addprefix $(B)/toolstack/,vmd acme host-certificate)

$(B)/tests/unit/host/test_host: tests/unit/host/host.py tests/pebble.py \
		tests/unit/installer/tap.py $(HOST_TEST_PROGRAMS) $(LOCALE)/zones \
		$(foreach p,busybox curl lighttpd,$(PACKAGES)/$p/.done) | $(TEST_TOOLS)
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec unshare -n -m -p -f --kill-child %s %s\n' $< $(B) > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/host/test_host
