# SPDX-License-Identifier: GPL-2.0-or-later
#
# make bench: ours and Debian's Xen 4.20 side by side in one run, as ratios (tests/bench/run.py).
# Never part of a test. BENCH_REPEAT=n rounds, BENCH_MINUTES=n at most, BENCH_ONLY=disk (or micro,
# host, api, installed, snapshot, qcow2, attach, network, saverestore).

PEER_PACKAGES := $(shell awk '$$1 == "peer" { print $$3 }' $(LOCK) | grep -v installer)
PEER_FILES = $(foreach p,$(filter-out xen-hypervisor%,$(PEER_PACKAGES)),$(call locked_files,$p))
BENCH_REPEAT ?= 3
BENCH_ONLY ?=
BENCH_MINUTES ?= 60
BENCH_CFLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -iquote tests/bench/guest
BENCH_PROGRAM_SOURCES := $(wildcard tests/bench/guest/*.c)
BENCH_MICRO := $(B)/tests/bench/micro.elf $(B)/tests/bench/micro_smp.elf
BENCH_NEEDS := $(BENCH_MICRO) $(B)/hypervisor/socle $(B)/peer/xen
ifneq ($(BENCH_ONLY),micro)
BENCH_NEEDS += $(B)/peer/initrd $(B)/dom0/vmlinux $(B)/dom0/initrd $(B)/socle.iso $(B)/bench/.done
endif

$(B)/peer/initrd: tests/bench/make-peer $(B)/dom0/initrd $(PEER_PACKAGES:%=$(DL)/%.ok)
	@B=$(B) $< $(PEER_FILES)

$(B)/bench/program: $(BENCH_PROGRAM_SOURCES) tests/bench/guest/bench.h $(B)/sysroot/.done
	@mkdir -p $(@D)
	@$(MUSL_CC) $(BENCH_CFLAGS) -static -no-pie -s $(BENCH_PROGRAM_SOURCES) -o $@

$(B)/bench/.done: tests/bench/make-disks tests/bench/make_qcow2.py $(B)/bench/program \
		$(B)/dom0/demo-initrd $(B)/dom0/vmlinuz $(wildcard tests/bench/guest/*.cfg)
	@B=$(B) $<
	@touch $@

$(B)/tests/bench/%.o: tests/bench/%.c | $(TEST_TOOLS)
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

$(B)/tests/bench/%.elf: $(B)/tests/bench/%.o $(GUEST_LIB) tests/guest/lib/guest.lds
	$(GUEST_LINK) $(filter %.o,$^) -o $@

-include $(BENCH_MICRO:.elf=.d)

.PHONY: bench
bench: $(BENCH_NEEDS) ## ours and Debian's Xen side by side, as ratios
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/bench/run.py --build $(B) \
		--repeat $(BENCH_REPEAT) --minutes $(BENCH_MINUTES) \
		$(if $(BENCH_ONLY),--only $(BENCH_ONLY))
