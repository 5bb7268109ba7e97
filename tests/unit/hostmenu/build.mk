# SPDX-License-Identifier: GPL-2.0-or-later
# The menu with sanitizers, on a terminal of its own; and what brings a host back to its first
# day, in a folder. `make hostmenu-pictures` draws those in docs.
HOSTMENU_TEST := tests/unit/hostmenu
HOSTMENU_BUSYBOX := $(PACKAGES)/busybox/root/bin/busybox

HOSTMENU_SANITIZED := $(B)/tests/unit/hostmenu/hostmenu
$(foreach s,$(HOSTMENU_SOURCES),\
	$(eval $(call unit_object,$(HOSTMENU_SANITIZED),$s,-iquote toolstack -D_GNU_SOURCE)))
$(HOSTMENU_SANITIZED): $(patsubst %.c,$(HOSTMENU_SANITIZED).objs/%.o,$(HOSTMENU_SOURCES))
	$(UNIT_CC) $(UNIT_CFLAGS) $^ -lncurses -lcrypt -o $@

$(B)/tests/unit/hostmenu/test_screens: $(HOSTMENU_TEST)/screens.py $(HOSTMENU_SANITIZED) \
		tests/unit/installer/tap.py tools/screen.py $(PACKAGES)/busybox/.done
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s %s "$$@"\n' $< $(HOSTMENU_SANITIZED) $(HOSTMENU_BUSYBOX) > $@
	@chmod +x $@

$(B)/tests/unit/hostmenu/test_reset: $(HOSTMENU_TEST)/reset.py tests/unit/installer/tap.py \
		$(ROOTFS)/overlay/usr/sbin/host-reset $(PACKAGES)/busybox/.done
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s\n' $< $(HOSTMENU_BUSYBOX) > $@
	@chmod +x $@

UNIT_TESTS += $(addprefix $(B)/tests/unit/hostmenu/,test_screens test_reset)

screens: hostmenu-pictures
.PHONY: hostmenu-pictures
hostmenu-pictures: $(B)/tests/unit/hostmenu/test_screens ## docs/screens/hostmenu-*.svg
	@$(B)/tests/unit/hostmenu/test_screens docs/screens >/dev/null
