# SPDX-License-Identifier: GPL-2.0-or-later
#
# Micro-guests: each tests/guest/<name>.c is one image, build/tests/guest/<name>.elf, linked with
# the support library in tests/guest/lib. `make test-guest TEST=<name>` runs one image,
# TEST=<name>/<test> one test.

GUEST_TESTS := $(patsubst tests/guest/%.c,$(B)/tests/guest/%.elf,$(wildcard tests/guest/*.c))
GUEST_LIB := $(patsubst %,$(B)/%.o,$(basename $(wildcard tests/guest/lib/*.[cS])))
GUEST_LINK := ld -m elf_x86_64 -n -static --build-id=none --no-warn-rwx-segments \
	      -T tests/guest/lib/guest.lds
GUEST_CFLAGS := -std=gnu17 -O1 -g -ffreestanding -fno-pic -fno-stack-protector \
		-fno-asynchronous-unwind-tables -fno-toplevel-reorder -fcf-protection=none \
		-mgeneral-regs-only -mno-red-zone -Wall -Wextra \
		-Wno-unused-but-set-variable -Wno-frame-address -I. -Itests/guest/lib

$(B)/tests/guest/%.o: tests/guest/%.c | $(TEST_TOOLS)
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

$(B)/tests/guest/%.o: tests/guest/%.S | $(TEST_TOOLS)
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

.SECONDARY: $(GUEST_TESTS:.elf=.o) $(GUEST_LIB)

$(B)/tests/guest/%.elf: $(B)/tests/guest/%.o $(GUEST_LIB) tests/guest/lib/guest.lds
	$(GUEST_LINK) $(filter %.o,$^) -o $@

# A guest that attacks the control domain beside it: for the system tests. Its tests run in this
# order.
GUEST_HOSTILE := $(patsubst %,$(B)/tests/guest/hostile/%.o,others disk network calls store)

$(B)/tests/guest/hostile.elf: $(GUEST_HOSTILE) $(GUEST_LIB) tests/guest/lib/guest.lds
	$(GUEST_LINK) $(filter %.o,$^) -o $@

-include $(GUEST_TESTS:.elf=.d) $(GUEST_LIB:.o=.d) $(GUEST_HOSTILE:.o=.d)

.PHONY: test-guest
test-guest: $(GUEST_TESTS) $(TEST_HYPERVISOR) ## micro-guests (HYPERVISOR=xen: on Xen)
	@$(TEST_RUN) guest $(GUEST_TESTS)
