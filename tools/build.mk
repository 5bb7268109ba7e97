# SPDX-License-Identifier: GPL-2.0-or-later
#
# make lint: how the tree reads. The checks are in tools/lint; headers are compiled and analysed
# with the flags of their folder. One check alone: make lint CHECK=format

CHECK ?=
# Without the fuzzer, which gcc has not.
LINT_FUZZ_CFLAGS = -std=gnu17 -Wall -Wextra -Werror $(FUZZ_INCLUDES) $(FUZZ_HYPERVISOR) \
		   $(FUZZ_TOOLSTACK)

# Of a library that is newer than the one of the machine that builds: as in the image.
LINT_MUSL = -nostdinc -isystem $(B)/sysroot/include

.PHONY: lint
lint: $(B)/host-deps/build $(B)/host-deps/lint $(B)/sysroot/.done ## format, analysis, house rules
	@$(PYTHON) tools/lint --flags 'abi=-std=c17 -ffreestanding -Wall -Wextra -Werror' \
		--flags 'hypervisor=$(HV_CFLAGS)' --flags 'toolstack=$(TOOLSTACK_CFLAGS)' \
		--flags 'installer=$(TOOLSTACK_CFLAGS)' \
		$(foreach t,acme certificate rfb xe,\
		  --flags 'toolstack/$t=$(TOOLSTACK_CFLAGS) $(LINT_MUSL)') \
		--flags 'tests/unit=$(UNIT_CFLAGS) -iquote tests/unit/event' \
		$(foreach t,apid autostart installer metrics model network saverestore storage \
		    toolstack transfer vmd xe xenstored,\
		  --flags 'tests/unit/$t=$(UNIT_CFLAGS) -iquote toolstack -D_GNU_SOURCE') \
		--flags 'tests/unit/screen=$(UNIT_CFLAGS) -iquote toolstack \
			-iquote tests/unit/toolstack -D_GNU_SOURCE' \
		--flags 'tests/guest=$(GUEST_CFLAGS)' --flags 'tests/bench=$(GUEST_CFLAGS)' \
		--flags 'tests/bench/guest=$(BENCH_CFLAGS)' \
		--flags 'tests/fuzz=$(LINT_FUZZ_CFLAGS)' $(CHECK)
