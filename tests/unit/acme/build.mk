# SPDX-License-Identifier: GPL-2.0-or-later
# The program as it is in the image, and Debian's server for such tests (pebble).
$(B)/tests/unit/acme/test_acme: tests/unit/acme/acme.py tests/pebble.py \
		tests/unit/installer/tap.py \
		$(B)/toolstack/acme $(B)/toolstack/host-certificate $(PACKAGES)/curl/.done \
		| $(TEST_TOOLS)
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s %s %s\n' $< $(B)/toolstack/acme \
		$(B)/toolstack/host-certificate $(PACKAGES)/curl/root/usr/bin > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/acme/test_acme
