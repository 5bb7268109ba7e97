# SPDX-License-Identifier: GPL-2.0-or-later
# The program as it is in the image, for it is one with its library; certificates by openssl.
$(B)/tests/unit/certificate/test_certificate: tests/unit/certificate/certificate.py \
		tests/unit/installer/tap.py $(B)/toolstack/host-certificate
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s\n' $< $(B)/toolstack/host-certificate > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/certificate/test_certificate

$(B)/tests/unit/certificate/test_refresh: tests/unit/certificate/refresh.py \
		tests/unit/installer/tap.py $(B)/toolstack/host-certificate \
		$(PACKAGES)/lighttpd/.done dom0-rootfs/overlay/etc/lighttpd.conf
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s %s\n' $< $(B)/toolstack/host-certificate \
		$(PACKAGES)/lighttpd/root/usr/sbin/lighttpd > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/certificate/test_refresh
