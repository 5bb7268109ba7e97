# SPDX-License-Identifier: GPL-2.0-or-later
# network_test: name, sources below toolstack/network beside those that all use
define network_test
$(eval $(call unit_test,network,$1,$(addprefix toolstack/network/,$2 net.c) \
	$(addprefix toolstack/lib/,bytes.c ip.c log.c),-iquote toolstack \
	-iquote tests/unit/toolstack -D_GNU_SOURCE))
endef

NETWORK_SETTINGS := settings.c settings_check.c
$(call network_test,settings,$(NETWORK_SETTINGS))
$(call network_test,nics,nics.c)
$(call network_test,lease,lease.c)
$(call network_test,plan,$(NETWORK_SETTINGS) lease.c nics.c plan.c wanted.c)

# The whole program under sanitizers, against the kernel in network namespaces.
NETWORK_SANITIZED := $(B)/tests/unit/network/network
$(foreach s,$(NETWORK_SOURCES),\
	$(eval $(call unit_object,$(NETWORK_SANITIZED),$s,-iquote toolstack -D_GNU_SOURCE)))
$(NETWORK_SANITIZED): $(patsubst %.c,$(NETWORK_SANITIZED).objs/%.o,$(NETWORK_SOURCES))
	$(UNIT_CC) $(UNIT_CFLAGS) $^ -o $@

$(B)/tests/unit/network/test_namespace: tests/unit/network/namespace.py $(NETWORK_SANITIZED) \
		$(PACKAGES)/busybox/.done
	@printf '#!/bin/sh\nexec %s %s %s\n' $< $(NETWORK_SANITIZED) \
		$(PACKAGES)/busybox/root/bin/busybox > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/network/test_namespace
