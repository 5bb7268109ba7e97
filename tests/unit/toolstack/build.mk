# SPDX-License-Identifier: GPL-2.0-or-later
TOOLSTACK_TEST := -iquote toolstack -D_GNU_SOURCE
TOOLSTACK_LIB := $(addprefix toolstack/lib/,bytes.c log.c)
$(eval $(call unit_test,toolstack,unpack,toolstack/builder/unpack.c $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))
$(eval $(call unit_test,toolstack,bzimage,toolstack/builder/bzimage.c toolstack/builder/unpack.c $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))
$(eval $(call unit_test,toolstack,elf_image,toolstack/builder/elf_image.c $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))
$(eval $(call unit_test,toolstack,layout,$(addprefix toolstack/builder/,layout.c elf_image.c start_info.c acpi_tables.c) $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))
$(eval $(call unit_test,toolstack,config,toolstack/lib/config.c $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))
$(eval $(call unit_test,toolstack,vm_config,$(addprefix toolstack/lib/,config.c vm_config.c uuid.c) $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))
$(eval $(call unit_test,toolstack,console,$(addprefix toolstack/consoled/,console_ring.c history.c) toolstack/lib/vm_state.c toolstack/lib/vm_config.c toolstack/lib/uuid.c toolstack/lib/config.c $(TOOLSTACK_LIB),$(TOOLSTACK_TEST)))

# <elf.h> is the system's here, and not the hypervisor's.
$(B)/tests/unit/toolstack/%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS))
$(addprefix $(B)/tests/unit/toolstack/,test_unpack test_bzimage): UNIT_CFLAGS += -lz -llzma -lzstd -llz4
