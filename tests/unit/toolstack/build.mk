# SPDX-License-Identifier: GPL-2.0-or-later
# toolstack_test: name, sources below toolstack/ beside the buffers and messages that all use
define toolstack_test
$(eval $(call unit_test,toolstack,$1,$(addprefix toolstack/,$2 lib/bytes.c lib/log.c),\
	-iquote toolstack -D_GNU_SOURCE))
endef

$(call toolstack_test,unpack,builder/unpack.c)
$(call toolstack_test,bzimage,builder/bzimage.c builder/unpack.c)
$(call toolstack_test,elf_image,builder/elf_image.c)
$(call toolstack_test,layout,$(addprefix builder/,layout.c elf_image.c start_info.c acpi_tables.c))
$(call toolstack_test,config,lib/config.c)
$(call toolstack_test,curl,lib/curl.c)
$(call toolstack_test,file,lib/file.c)
$(call toolstack_test,guest_copy,lib/guest_copy.c)
$(call toolstack_test,ip,lib/ip.c)
$(call toolstack_test,netlink,lib/netlink.c)
# What a VM's configuration may say, its devices among it.
VM_CONFIG := $(addprefix lib/,config.c vm_config.c uuid.c cpu_list.c ip.c) \
	     $(addprefix devices/,config_words.c device_list.c disk_config.c disk_vdev.c \
	       pci_config.c screen_config.c vif_config.c)
$(call toolstack_test,vm_config,$(VM_CONFIG))
$(call toolstack_test,devices,$(VM_CONFIG))
$(call toolstack_test,pci,$(addprefix lib/,config.c deadline.c file.c) \
	$(addprefix devices/,pci.c pci_config.c module.c))
$(call toolstack_test,terminal,xl/console.c lib/write_all.c)
$(call toolstack_test,module,devices/module.c lib/deadline.c)
$(call toolstack_test,qcow2,devices/qcow2.c devices/nbd_negotiate.c lib/deadline.c)
$(call toolstack_test,vif,lib/ip.c $(addprefix devices/,config_words.c vif_config.c vif_vlan.c))
$(call toolstack_test,cpu_list,lib/cpu_list.c)
$(call toolstack_test,memory_size,lib/memory_size.c lib/host_memory.c)
$(call toolstack_test,domain_memory,builder/domain_memory.c)
$(call toolstack_test,signals,vm/signals.c)
$(call toolstack_test,vm_reset,vm/vm_reset.c builder/layout.c builder/elf_image.c)
$(call toolstack_test,console,$(addprefix consoled/,console_ring.c history.c) \
	lib/file.c lib/vm_state.c $(VM_CONFIG))

# <elf.h> is the system's here, and not the hypervisor's.
$(B)/tests/unit/toolstack/%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS))
$(addprefix $(B)/tests/unit/toolstack/,test_unpack test_bzimage): \
	UNIT_CFLAGS += -lz -llzma -lzstd -llz4
$(B)/tests/unit/toolstack/test_module%: UNIT_CFLAGS += -DMODULE_LIST='"modules"'
