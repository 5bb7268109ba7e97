# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests. Five kinds, one runner (tests/run.py), every log kept in build/test-logs/:
#   make test-unit     host programs with cmocka, AddressSanitizer and UBSan
#   make test-guest    micro-guests, started as the control domain of the hypervisor under test
#   make test-api      the API by its clients, natively, against a simulated host (pytest)
#   make test-webui    the console in a browser, against the same host (Playwright, Chromium)
#   make test-system   the ISO in an emulated machine, driven over its serial line (pytest, pexpect)
#   make test          all five; the last line is "N passed, N failed[, N skipped]"
# HYPERVISOR=xen runs the guest and system tests on Debian's Xen 4.20 instead of ours.
# MACHINE=bochs runs the micro-guests on Intel VT-x, in Bochs.
# TEST=word runs only those tests whose name holds the word.
#
# Adding a unit test takes one file and one line. tests/unit/<area>/test_<name>.c has a main()
# with a cmocka group; tests/unit/<area>/build.mk says what is linked with it:
#
#   $(eval $(call unit_test,<area>,<name>,<sources under test>[,<extra compiler flags>]))
#
# e.g. $(eval $(call unit_test,event,evtchn,hypervisor/event/evtchn.c hypervisor/lib/bitmap.c))
# Sources are paths from the top of the tree. They are compiled with -DSOCLE_HOST_TEST and see
# "abi/...", hypervisor/include and hypervisor (as <...> and "..."), tests/unit and the test's own
# folder. Whatever else the sources need from the hypervisor, the test itself supplies as fakes.
# One test alone: make build/tests/unit/<area>/test_<name> && build/tests/unit/<area>/test_<name>

TEST ?=
MACHINE ?= qemu
TEST_RUN = PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/run.py --build $(B) \
	   --hypervisor $(HYPERVISOR) --machine $(MACHINE) $(if $(TEST),--only '$(TEST)')

# What tests need on this machine; a stamp, so that a clean clone installs it first.
TEST_TOOLS := $(B)/host-deps/test

UNIT_CC ?= $(or $(HOSTCC),gcc)
UNIT_CFLAGS := -std=gnu17 -g -O1 -Wall -Wextra -Wno-unused-parameter -fno-omit-frame-pointer \
	       -fsanitize=address,undefined -fno-sanitize-recover=all \
	       -ftrivial-auto-var-init=pattern -DSOCLE_HOST_TEST \
	       -iquote . -Ihypervisor/include -Ihypervisor -Itests/unit
UNIT_TESTS :=

# unit_object: program, source, extra flags, which its folder's build.mk says
define unit_object
$1.objs/$(2:.c=.o): $2 $(wildcard $(patsubst $(B)/%,%,$(dir $1))build.mk) | $$(TEST_TOOLS)
	@mkdir -p $$(@D)
	$$(UNIT_CC) $$(UNIT_CFLAGS) -iquote $(patsubst $(B)/%/,%,$(dir $1)) $3 -MMD -MP \
		-c $$< -o $$@
-include $1.objs/$(2:.c=.d)

endef

# unit_test: area, name, sources under test, extra flags
define unit_test
UNIT_TESTS += $(B)/tests/unit/$1/test_$2
$(foreach s,tests/unit/$1/test_$2.c $3,$(call unit_object,$(B)/tests/unit/$1/test_$2,$s,$4))
$(B)/tests/unit/$1/test_$2: \
		$(foreach s,tests/unit/$1/test_$2.c $3,$(B)/tests/unit/$1/test_$2.objs/$(s:.c=.o))
	$$(UNIT_CC) $$(UNIT_CFLAGS) $$^ -lcmocka -o $$@
endef

include $(wildcard tests/unit/*/build.mk)
-include tests/fuzz/build.mk
include tests/api/build.mk
include tests/webui/build.mk
include tests/system/build.mk
include tests/guest/build.mk
-include tests/bench/build.mk
include tests/soak/build.mk

.PHONY: test test-unit
test-unit: $(UNIT_TESTS) ## host tests under sanitizers
	@$(TEST_RUN) unit $(UNIT_TESTS)

TEST_NEEDS := $(UNIT_TESTS) $(GUEST_TESTS) $(API_NEEDS) $(WEBUI_NEEDS) $(SYSTEM_NEEDS)
test: $(TEST_NEEDS) ## all tests, and their number
	@$(TEST_RUN) unit $(UNIT_TESTS) guest $(GUEST_TESTS) api webui system
