# SPDX-License-Identifier: GPL-2.0-or-later
#
# The console in the browser: files for the web server in build/webui/dist. npm gets what the lock
# file names, checked by its checksums. build/webui mirrors this folder by links, so that modules
# are found beside the sources and the tree stays clean.

WEBUI := $(B)/webui
WEBUI_SOURCES := $(shell find webui -type f)

$(WEBUI)/.modules: webui/package.json webui/package-lock.json | $(B)/host-deps/build
	@mkdir -p $(@D)
	@command -v npm >/dev/null || board/host-deps node
	@cp $^ $(@D)/
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(WEBUI)/dist/index.html.gz: $(WEBUI_SOURCES) $(WEBUI)/model.ts $(WEBUI)/.modules
	@ln -sfn $(CURDIR)/webui/src $(WEBUI)/src
	@ln -sf $(addprefix $(CURDIR)/webui/,tsconfig.json index.html icon.svg build.mjs) $(WEBUI)/
	@cd $(WEBUI) && node --preserve-symlinks-main --preserve-symlinks build.mjs dist

.PHONY: webui webui-check webui-format
webui: $(WEBUI)/dist/index.html.gz ## the console's files, build/webui/dist

webui-check: $(WEBUI)/dist/index.html.gz ## types and format of the console's sources
	@cd $(WEBUI) && node_modules/.bin/tsc -p .
	@$(WEBUI)/node_modules/.bin/prettier --log-level warn --check 'webui/**/*.{ts,tsx,css,mjs}'

webui-format: $(WEBUI)/.modules ## the format that webui-check wants
	@$(WEBUI)/node_modules/.bin/prettier --log-level warn --write 'webui/**/*.{ts,tsx,css,mjs}'
