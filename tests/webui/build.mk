# SPDX-License-Identifier: GPL-2.0-or-later
#
# The console in Debian's Chromium, against the real daemons and a simulated machine; and that
# machine for people. README.md says how both are used.

WEBUI_TEST := $(B)/tests/webui

# Figures are written by the library that writes them on a host.
$(WEBUI_TEST)/figures: tests/webui/figures.c \
		$(addprefix toolstack/,metrics/table.c metrics/metrics.c lib/bytes.c lib/log.c) \
		tests/webui/build.mk | $(TEST_TOOLS)
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	@$(HOSTCC) $(API_CFLAGS) -O2 $(filter %.c,$^) -lm -o $@

# The browser's driver and the checks of accessibility, by a lock file that names no server.
$(WEBUI_TEST)/.done: tests/webui/package.json tests/webui/package-lock.json | $(TEST_TOOLS)
	@mkdir -p $(@D)
	@command -v npm >/dev/null || board/host-deps node
	@cp $^ $(@D)/
	@cd $(@D) && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
		npm ci --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

WEBUI_NEEDS := $(addprefix $(B)/api/fast/,apid transfer) $(addprefix $(WEBUI_TEST)/,figures .done) \
	       $(WEBUI)/dist/index.html.gz $(PACKAGES)/lighttpd/.done

PORT ?= 8443
VMS ?= 0

.PHONY: test-webui webui-dev webui-screens
test-webui: $(WEBUI_NEEDS) ## the console in a browser, against a simulated host
	@$(TEST_RUN) webui

webui-dev: $(WEBUI_NEEDS) ## a simulated host with the console: PORT=8443, VMS=500 for more
	@SOCLE_BUILD=$(B) tests/webui/dev_host.py --port $(PORT) --vms $(VMS)

webui-screens: $(WEBUI_NEEDS) ## the pictures of the console in docs/screens
	@NODE_PATH=$(WEBUI_TEST)/node_modules SOCLE_BUILD=$(B) tests/webui/screens.js docs/screens
