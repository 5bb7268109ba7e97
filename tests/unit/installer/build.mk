# SPDX-License-Identifier: GPL-2.0-or-later
INSTALLER_TEST := -iquote toolstack -D_GNU_SOURCE
$(eval $(call unit_test,installer,answers,$(ANSWERS_PARSER),$(INSTALLER_TEST)))
$(B)/tests/unit/installer/test_answers: UNIT_CFLAGS += -lexpat -lcrypt

# The engine in a folder of its own, with programs that only note what they are asked for.
INSTALLER_SANITIZED := $(B)/tests/unit/installer/install-answers
$(foreach s,installer/answers/main.c $(ANSWERS_PARSER),\
	$(eval $(call unit_object,$(INSTALLER_SANITIZED),$s,$(INSTALLER_TEST))))
$(INSTALLER_SANITIZED): $(patsubst %.c,$(INSTALLER_SANITIZED).objs/%.o,\
		installer/answers/main.c $(ANSWERS_PARSER))
	$(UNIT_CC) $(UNIT_CFLAGS) $^ -lexpat -lcrypt -o $@

$(B)/tests/unit/installer/test_engine: $(addprefix tests/unit/installer/,engine.py tap.py) \
		$(INSTALLER_SANITIZED) \
		$(PACKAGES)/busybox/.done $(shell find installer/engine -type f)
	@printf '#!/bin/sh\nexec %s %s %s\n' $< $(INSTALLER_SANITIZED) \
		$(PACKAGES)/busybox/root/bin/busybox > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/installer/test_engine

# The first start of a disk image, likewise.
$(B)/tests/unit/installer/test_first_start: $(B)/tests/unit/installer/test_engine \
		tests/unit/installer/first_start.py
	@sed 's|engine.py|first_start.py|' $< > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/installer/test_first_start

$(B)/tests/unit/installer/test_upgrade: $(addprefix tests/unit/installer/,upgrade.py tap.py) \
		$(PACKAGES)/busybox/.done $(wildcard installer/upgrade/*)
	@printf '#!/bin/sh\nexec %s %s\n' $< $(PACKAGES)/busybox/root/bin/busybox > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/installer/test_upgrade

# The screens on a terminal, with a machine that is made up.
$(B)/tests/unit/installer/test_screens: $(addprefix tests/unit/installer/,screens.py tap.py) \
		tools/screen.py $(B)/toolstack/install-ui
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s\n' $< $(B)/toolstack/install-ui > $@
	@chmod +x $@
UNIT_TESTS += $(B)/tests/unit/installer/test_screens

.PHONY: screens
screens: $(B)/toolstack/install-ui ## pictures of the installer's screens into docs/screens
	tests/unit/installer/screens.py $< docs/screens

# What the screens make of what was chosen.
$(eval $(call unit_test,installer,plan,installer/ui/plan.c installer/ui/machine.c \
	toolstack/lib/file.c $(ANSWERS_PARSER),$(INSTALLER_TEST)))
$(B)/tests/unit/installer/test_plan: UNIT_CFLAGS += -lexpat -lcrypt

$(eval $(call unit_test,installer,minisign,installer/bundle/minisign.c toolstack/lib/bytes.c \
	toolstack/lib/log.c,$(INSTALLER_TEST)))
$(B)/tests/unit/installer/test_minisign: UNIT_CFLAGS += -lsodium

$(eval $(call unit_test,installer,state_files,toolstack/lib/state_files.c toolstack/lib/uuid.c,\
	$(INSTALLER_TEST)))
