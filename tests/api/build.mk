# SPDX-License-Identifier: GPL-2.0-or-later
#
# The API daemon for this machine, twice: with sanitizers for the tests, and as fast as it gets for
# `make bench-api`. Both talk to a simulated vmd (fake_vmd.py).

API_SOURCES := $(APID_SOURCES)
API_CFLAGS := -std=gnu17 -D_GNU_SOURCE -g -Wall -Wextra -Werror -fno-common -iquote . \
	      -iquote toolstack
API_LIBS := -ljansson -lsqlite3 -lexpat -lcrypt
API_SANITIZE := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# $(call api_object,KIND,SOURCE,FLAGS)
define api_object
$(B)/api/$1/$(2:.c=.o): $2 tests/api/build.mk | $$(TEST_TOOLS)
	@mkdir -p $$(@D)
	@$$(HOSTCC) $$(API_CFLAGS) $3 -MMD -MP -c $$< -o $$@
-include $(B)/api/$1/$(2:.c=.d)

endef

define api_daemon
$(foreach s,$(API_SOURCES),$(call api_object,$1,$s,$2))
$(B)/api/$1/apid: $(patsubst %.c,$(B)/api/$1/%.o,$(API_SOURCES))
	@echo "  LINK    $$@"
	@$$(HOSTCC) $2 $$^ $$(API_LIBS) -o $$@
endef

$(eval $(call api_daemon,checked,$(API_SANITIZE)))
$(eval $(call api_daemon,fast,-O2))

# The daemon for streams, with sanitizers.
$(foreach s,$(filter-out $(API_SOURCES),$(TRANSFER_SOURCES)),\
	$(eval $(call api_object,checked,$s,$(API_SANITIZE) -DSILENCE_SECONDS=4)))
$(B)/api/checked/transfer: $(patsubst %.c,$(B)/api/checked/%.o,$(TRANSFER_SOURCES))
	@echo "  LINK    $@"
	@$(HOSTCC) $(API_SANITIZE) $^ -ljansson -lexpat -lzstd -lz -lmbedcrypto -lsqlite3 -o $@

# Who shows screens, the host's own but for its jail (tests/screen.py).
API_SCREEN := $(filter-out toolstack/screen/jail.c,$(SCREEN_RFB_SOURCES)) tests/api/no_jail.c
$(B)/api/screen-rfb: $(call toolstack_objects,$(API_SCREEN))
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	@$(MUSL_CC) $(TOOLSTACK_LDFLAGS) $^ -lvncserver -lz -o $@

# The daemon for alerts and backups, likewise.
$(foreach s,$(filter-out $(API_SOURCES) $(TRANSFER_SOURCES),$(GUARD_SOURCES)),\
	$(eval $(call api_object,checked,$s,$(API_SANITIZE) -DSILENCE_SECONDS=4)))
$(B)/api/checked/guard: $(patsubst %.c,$(B)/api/checked/%.o,$(GUARD_SOURCES))
	@echo "  LINK    $@"
	@$(HOSTCC) $(API_SANITIZE) $^ -ljansson -lexpat -lzstd -lz -lmbedcrypto -lm -o $@

# And as fast, for `make bench-streams`.
$(foreach s,$(filter-out $(API_SOURCES),$(TRANSFER_SOURCES)),$(eval $(call api_object,fast,$s,-O2)))
$(B)/api/fast/transfer: $(patsubst %.c,$(B)/api/fast/%.o,$(TRANSFER_SOURCES))
	@echo "  LINK    $@"
	@$(HOSTCC) $^ -ljansson -lexpat -lzstd -lz -lmbedcrypto -lsqlite3 -o $@

# Clients from elsewhere, as they are: what npm installs by the lock file, which names no server.
$(B)/api/xen_api/.done: tests/api/xen_api/package.json tests/api/xen_api/package-lock.json \
		| $(TEST_TOOLS)
	@mkdir -p $(@D)
	@command -v npm >/dev/null || board/host-deps node
	@cp $^ $(@D)/
	@cd $(@D) && npm ci --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

# The reference is a test's subject as well: what it names is what the daemon answers.
API_NEEDS := $(addprefix $(B)/api/checked/,apid transfer guard xe) $(B)/api/screen-rfb \
	     $(B)/api/xen_api/.done $(PACKAGES)/lighttpd/.done $(B)/tests/webui/figures \
	     $(B)/docs/api.md

.PHONY: test-api bench-api bench-streams
test-api: $(API_NEEDS) ## the API by its clients, against a simulated host
	@$(TEST_RUN) api

bench-api: $(B)/api/fast/apid ## how fast the API is, with 500 VMs
	@$(PYTHON) tests/bench/api.py $<

bench-streams: $(B)/api/fast/apid $(B)/api/fast/transfer ## how fast disks and VMs go out and in
	@$(PYTHON) tests/bench/streams.py $^
