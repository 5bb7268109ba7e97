# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fuzzing of everything that parses foreign bytes, with clang's libFuzzer and sanitizers.
#   make fuzz                    each target for FUZZ_SECONDS (60) with new inputs
#   make fuzz FUZZ=insn          that target only
# A short run with the same inputs every time is one of the unit tests (unit/fuzz/<name>).
#
# A target is tests/fuzz/fuzz_<name>.c and one line here: its name and the sources under test.
# Well-formed inputs to start from come from seeds.py; words worth trying from <name>.dict.

FUZZ_SECONDS ?= 60
FUZZ ?=
FUZZ_CC := clang
FUZZ_INCLUDES := -DSOCLE_HOST_TEST -iquote . -iquote tests/fuzz
FUZZ_CFLAGS := -std=gnu17 -g -O1 -Wall -Wextra -fno-omit-frame-pointer $(FUZZ_INCLUDES) \
	       -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	       -ftrivial-auto-var-init=pattern
FUZZ_TARGETS :=

# fuzz_object: name, source, extra flags
define fuzz_object
$(B)/fuzz/$1/$(2:.c=.o): $2 | $(B)/host-deps/test
	@mkdir -p $$(@D)
	@$$(FUZZ_CC) $$(FUZZ_CFLAGS) $3 -MMD -MP -c $$< -o $$@
-include $(B)/fuzz/$1/$(2:.c=.d)

endef

# fuzz_target: name, sources under test, extra flags, libraries
define fuzz_target
FUZZ_TARGETS += $1
UNIT_TESTS += $(B)/tests/unit/fuzz/test_$1
$(foreach s,tests/fuzz/fuzz_$1.c $2,$(call fuzz_object,$1,$s,$3))
$(B)/fuzz/$1/fuzz: $(foreach s,tests/fuzz/fuzz_$1.c $2,$(B)/fuzz/$1/$(s:.c=.o))
	@echo "  LINK    $$@"
	@$$(FUZZ_CC) $$(FUZZ_CFLAGS) $$^ $4 -o $$@
$(B)/fuzz/$1/seeds/.done: tests/fuzz/seeds.py tests/fuzz/seeds_machine.py
	@PYTHONDONTWRITEBYTECODE=1 tests/fuzz/seeds.py $1 $$(@D)
	@touch $$@
$(B)/tests/unit/fuzz/test_$1: $(B)/fuzz/$1/fuzz $(B)/fuzz/$1/seeds/.done tests/fuzz/build.mk
	@mkdir -p $$(@D)
	@printf '#!/bin/sh\nexec tests/fuzz/run short $(B)/fuzz/$1\n' > $$@
	@chmod +x $$@
.PHONY: fuzz-$1
fuzz-$1: $(B)/fuzz/$1/fuzz $(B)/fuzz/$1/seeds/.done
	tests/fuzz/run long $(B)/fuzz/$1 $$(FUZZ_SECONDS)
endef

FUZZ_HYPERVISOR := -iquote hypervisor/include -iquote hypervisor
FUZZ_FAKES := tests/fuzz/hypervisor_fakes.c
# The fakes of the unit tests, which count what is taken and given back, and their flags.
FUZZ_DOMAINS := tests/unit/event/fake_domain.c
FUZZ_COUNTING := $(FUZZ_HYPERVISOR) -Ihypervisor/include -iquote tests -iquote tests/unit/event \
		 -Wno-unused-parameter -Wno-missing-field-initializers
FUZZ_EVENT := $(sort $(wildcard hypervisor/event/*.c)) $(FUZZ_DOMAINS)
FUZZ_GRANT := $(sort $(wildcard hypervisor/grant/*.c)) $(FUZZ_DOMAINS) \
	      hypervisor/mm/guest_struct.c tests/unit/grant/fake_memory.c
FUZZ_MEMORY_OP := $(wildcard hypervisor/hypercall/memory*.c) hypervisor/hypercall/common.c \
		  hypervisor/mm/guest_struct.c tests/unit/hypercall/fake_machine.c
# All that hypercalls lead to, but for the processor's and the vendors' part.
FUZZ_HYPERCALL := $(addprefix tests/fuzz/hypercall_,machine.c outside.c) $(FUZZ_FAKES) \
		  hypervisor/lib/str_copy.c \
		  $(wildcard $(addprefix hypervisor/,hypercall/*.c event/*.c grant/*.c sched/*.c)) \
		  $(addprefix hypervisor/,domain/domain.c domain/vcpu.c domain/registry.c \
		  mm/domain_pages.c mm/p2m.c mm/guest_access.c mm/guest_struct.c) \
		  $(addprefix hypervisor/hvm/,context.c context_check.c context_records.c cpuid.c \
		  cpuid_policy.c cpuid_policy_leaves.c hvm.c inject.c ioreq.c msr.c state_log.c \
		  tsc.c vioapic.c vlapic.c vlapic_ipi.c vlapic_timer.c)
FUZZ_SMALL_MACHINE := -DFAKE_FRAMES=512u -DFAKE_GFNS=256u -DMEMORY_SIZE=4096u
FUZZ_INSN := $(addprefix hypervisor/emul/,decode.c emulate.c)
FUZZ_VLAPIC := $(addprefix hypervisor/hvm/,vlapic.c vlapic_ipi.c vlapic_timer.c) $(FUZZ_FAKES)

FUZZ_TOOLSTACK := -D_GNU_SOURCE -iquote toolstack
FUZZ_LIB := toolstack/lib/bytes.c toolstack/lib/log.c
FUZZ_UNPACK := toolstack/builder/unpack.c $(FUZZ_LIB)
FUZZ_UNPACK_LIBS := -lz -llzma -lzstd -llz4
FUZZ_DEVICES := $(addprefix toolstack/devices/,config_words.c disk_config.c disk_vdev.c \
		  vif_config.c) toolstack/lib/ip.c $(FUZZ_LIB)
FUZZ_CONFIG := $(addprefix toolstack/lib/,config.c vm_config.c uuid.c cpu_list.c) \
	       $(addprefix toolstack/devices/,device_list.c pci_config.c screen_config.c) \
	       $(FUZZ_DEVICES)
FUZZ_STORE := $(addprefix toolstack/xenstored/,conn.c journal.c path.c request.c request_node.c \
		request_session.c transaction.c tree.c usage.c watch.c) $(FUZZ_LIB)

FUZZ_NETWORK := $(addprefix toolstack/network/,lease.c net.c nics.c plan.c settings.c \
		  settings_check.c wanted.c) toolstack/lib/ip.c $(FUZZ_LIB)

FUZZ_VMD := $(addprefix toolstack/vmd/,schema.c start_config.c vm_args.c) toolstack/vm/vm_text.c \
	    $(addprefix toolstack/lib/,file.c vm_state.c) $(FUZZ_CONFIG)

FUZZ_STORAGE := $(addprefix toolstack/storage/,device.c error.c iscsi.c iscsi_keep.c \
		  iscsi_session.c iscsi_source.c lock.c lvm.c lvm_report.c mount.c plug_state.c \
		  program.c props.c reach.c registry.c scan_file.c size.c sr.c sr_file.c \
		  sr_iscsi.c sr_lvm.c stream.c thin.c vdi.c vdi_file.c vdi_iso.c \
		  vdi_lvm.c vdi_open.c) \
		toolstack/devices/file_shown.c \
		$(addprefix toolstack/lib/,bounded.c deadline.c file.c sparse.c uuid.c) $(FUZZ_LIB)
FUZZ_STORE_RING := $(addprefix toolstack/xenstored/,domain.c domain_life.c domain_ring.c ring.c \
		     state.c) \
		   $(filter-out %/log.c,$(FUZZ_STORE))

# hypervisor_target: name, sources; toolstack_target: name, sources, libraries
hypervisor_target = $(eval $(call fuzz_target,$1,$2,$(FUZZ_HYPERVISOR)))
toolstack_target = $(eval $(call fuzz_target,$1,$2,$(FUZZ_TOOLSTACK),$3))

$(call hypervisor_target,elf,hypervisor/domain/elf.c)
$(call hypervisor_target,lz4,hypervisor/lib/lz4.c hypervisor/lib/xxh32.c)
$(call hypervisor_target,microcode,hypervisor/x86/microcode_file.c)
$(call hypervisor_target,cmdline,hypervisor/boot/cmdline.c hypervisor/lib/str_copy.c \
	$(FUZZ_FAKES))
$(call hypervisor_target,iommu,$(addprefix hypervisor/iommu/,dmar.c ivrs.c firmware.c) \
	$(FUZZ_FAKES))
$(call hypervisor_target,insn,$(FUZZ_INSN))
$(call hypervisor_target,vlapic,$(FUZZ_VLAPIC))
$(eval $(call fuzz_target,event,$(FUZZ_EVENT),$(FUZZ_COUNTING),-lcmocka))
$(eval $(call fuzz_target,grant,$(FUZZ_GRANT),$(FUZZ_COUNTING) -DFAKE_GFNS=128,-lcmocka))
$(eval $(call fuzz_target,memory_op,$(FUZZ_MEMORY_OP),\
	$(FUZZ_COUNTING) $(FUZZ_SMALL_MACHINE),-lcmocka))
$(eval $(call fuzz_target,hypercall,$(FUZZ_HYPERCALL),\
	$(FUZZ_HYPERVISOR) -Wno-unused-parameter -Wno-missing-field-initializers \
	-Wno-gnu-variable-sized-type-not-at-end -Dsched_yield=vcpu_yield))
$(call toolstack_target,elf_image,toolstack/builder/elf_image.c $(FUZZ_LIB))
$(call toolstack_target,bzimage,toolstack/builder/bzimage.c $(FUZZ_UNPACK),$(FUZZ_UNPACK_LIBS))
$(call toolstack_target,unpack,$(FUZZ_UNPACK),$(FUZZ_UNPACK_LIBS))
$(call toolstack_target,config,$(FUZZ_CONFIG))
$(call toolstack_target,devices,$(FUZZ_DEVICES))
$(call toolstack_target,qcow2,toolstack/devices/qcow2.c $(FUZZ_LIB))
$(call toolstack_target,console_ring,toolstack/consoled/console_ring.c)
$(call toolstack_target,screen,$(addprefix toolstack/screen/,changes.c fb.c keys.c picture.c) \
	$(FUZZ_LIB))
$(call toolstack_target,store,$(FUZZ_STORE))
$(call toolstack_target,store_ring,$(FUZZ_STORE_RING))
$(call toolstack_target,network,$(FUZZ_NETWORK))
$(call toolstack_target,storage,$(FUZZ_STORAGE))
$(call toolstack_target,vmd,$(FUZZ_VMD),-ljansson)
$(call toolstack_target,xe_answer,toolstack/xe/http.c $(FUZZ_LIB))

$(call toolstack_target,websocket,toolstack/transfer/websocket.c $(FUZZ_LIB),-lmbedcrypto)
$(call toolstack_target,acme,toolstack/acme/answer.c $(FUZZ_LIB))
$(call toolstack_target,ssh_key,toolstack/vmd/ssh_key.c $(FUZZ_LIB))
$(call toolstack_target,alerts,\
	$(addprefix toolstack/alerts/,perfmon.c kernel_log.c level.c) $(FUZZ_LIB),-lexpat -lm)
FUZZ_TRANSFER := $(addprefix toolstack/transfer/,source.c disk.c) toolstack/lib/sparse.c $(FUZZ_LIB)
$(call toolstack_target,vhd,$(FUZZ_TRANSFER) $(addprefix toolstack/transfer/,vhd_format.c \
	vhd_read.c),-lz -lzstd)
$(call toolstack_target,qcow2_stream,$(FUZZ_TRANSFER) toolstack/devices/qcow2.c \
	toolstack/transfer/qcow2_read.c,-lz -lzstd)
$(call toolstack_target,host_archive,$(FUZZ_TRANSFER) $(addprefix toolstack/transfer/,\
	host_archive.c sink.c tar.c) toolstack/lib/write_all.c,-lz -lzstd -lmbedcrypto -ljansson)
$(call toolstack_target,xva,$(FUZZ_TRANSFER) $(addprefix toolstack/transfer/,tar.c xva_read.c \
	xva_sum.c),-lz -lzstd -lmbedcrypto)

# Its CRC is replaced; see there.
FUZZ_SAVED := $(addprefix toolstack/,saverestore/stream_read.c saverestore/stream_wait.c \
	lib/deadline.c) $(FUZZ_LIB)
$(eval $(call fuzz_target,saved,$(FUZZ_SAVED),$(FUZZ_TOOLSTACK) -Dcrc32_z=no_checksum))

# The API: what clients send.
FUZZ_MODEL := $(sort $(wildcard toolstack/model/*.c)) $(FUZZ_LIB)
$(call toolstack_target,json,toolstack/apid/rpc.c $(FUZZ_MODEL),-ljansson -lexpat -lm)
$(call toolstack_target,xml,$(FUZZ_MODEL),-ljansson -lexpat -lm)
$(call toolstack_target,scgi,$(addprefix toolstack/apid/,scgi.c cookie.c) $(FUZZ_LIB))

# What an installation is told.
$(call toolstack_target,answers,$(ANSWERS_PARSER),-lexpat -lcrypt)
$(call toolstack_target,minisign,$(MINISIGN),-lsodium)

.PHONY: fuzz
fuzz: $(addprefix fuzz-,$(or $(FUZZ),$(FUZZ_TARGETS))) ## look for inputs that break, 60 s each
