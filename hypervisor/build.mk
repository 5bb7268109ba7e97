# SPDX-License-Identifier: GPL-2.0-or-later
#
# The hypervisor: every .c and .S of its folders, linked and written out flat with a
# multiboot header.
HV_DIRS := boot x86 mm domain hvm hvm/svm hvm/vmx sched event grant hypercall emul iommu lib
HV_SRC := $(sort $(foreach d,$(HV_DIRS),$(wildcard hypervisor/$(d)/*.c hypervisor/$(d)/*.S)))
HV_OBJ := $(patsubst %,$(B)/%.o,$(HV_SRC))
HV_CFLAGS := -std=gnu17 -O2 -g -ffreestanding -fno-strict-aliasing -fno-common \
	-mgeneral-regs-only -mno-red-zone -mcmodel=kernel -fno-pic -fno-pie \
	-fstack-protector-strong -mstack-protector-guard=global -Wframe-larger-than=8192 \
	-fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections \
	-fomit-frame-pointer -Wall -Wextra -Wno-unused-parameter -Werror -Wstrict-prototypes \
	-Wmissing-prototypes -ffile-prefix-map=$(CURDIR)=. -I. -Ihypervisor/include
HV_LDFLAGS := -static -nostdlib -no-pie -Wl,--build-id=none -Wl,--gc-sections \
	-Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments -Wl,-z,noexecstack

.PHONY: hypervisor
hypervisor: $(B)/hypervisor/socle

$(B)/hypervisor/%.c.o: hypervisor/%.c
	@mkdir -p $(@D)
	@$(HOSTCC) $(HV_CFLAGS) -MMD -MP -c $< -o $@

$(B)/hypervisor/%.S.o: hypervisor/%.S
	@mkdir -p $(@D)
	@$(HOSTCC) $(HV_CFLAGS) -MMD -MP -c $< -o $@

HV_LINK = $(HOSTCC) $(HV_LDFLAGS) -T hypervisor/hypervisor.lds $(HV_OBJ)
HV_BASE := 0xffffffff80000000

# Twice: the functions' names and places are known after the first link, and the table of them,
# which is behind all functions, moves none. That is checked.
$(B)/hypervisor/socle.elf: $(HV_OBJ) hypervisor/hypervisor.lds hypervisor/make-symbols
	@echo "  LINK $@"
	@hypervisor/make-symbols $(HV_BASE) >$@.symbols.S
	@$(HV_LINK) $@.symbols.S -o $@.first
	@hypervisor/make-symbols $(HV_BASE) $@.first >$@.symbols.S
	@$(HV_LINK) $@.symbols.S -o $@
	@cmp <(nm $@.first | grep -i ' t ') <(nm $@ | grep -i ' t ')

$(B)/hypervisor/socle: $(B)/hypervisor/socle.elf
	@objcopy -O binary $< $@

-include $(HV_OBJ:.o=.d)
