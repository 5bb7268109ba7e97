# SPDX-License-Identifier: GPL-2.0-or-later
#
# The toolstack: xl, consoled and xenstored, static, by the musl compiler of the sysroot.

TOOLSTACK_CFLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -fno-common \
		    -ffunction-sections -fdata-sections -fstack-protector-strong \
		    -iquote . -iquote toolstack
TOOLSTACK_LDFLAGS := -static -no-pie -Wl,--gc-sections

# $(call toolstack_folders,NAMES): all sources of these folders.
toolstack_folders = $(sort $(wildcard $(patsubst %,toolstack/%/*.c,$(1))))

XL_SOURCES := $(call toolstack_folders,xl vm builder devices lib saverestore)
CONSOLED_SOURCES := $(call toolstack_folders,consoled) \
		    $(addprefix toolstack/lib/,bytes.c evtchn.c file.c grant_map.c ip.c log.c \
		      privilege.c uuid.c config.c vm_config.c vm_state.c cpu_list.c) \
		    $(addprefix toolstack/devices/,config_words.c device_list.c disk_config.c \
		      disk_vdev.c pci_config.c screen_config.c vif_config.c)
XENSTORED_SOURCES := $(call toolstack_folders,xenstored) \
		     $(addprefix toolstack/lib/,bytes.c domain.c evtchn.c grant_map.c log.c \
		       privilege.c xencall.c)
XENSTORE_SOURCES := $(call toolstack_folders,xenstore) \
		    $(addprefix toolstack/lib/,bytes.c log.c store.c)

NETWORK_SOURCES := $(call toolstack_folders,network) toolstack/devices/vif_lock.c \
		   $(addprefix toolstack/lib/,bytes.c file.c ip.c log.c netlink.c nft.c signals.c)

STORAGE_SOURCES := $(call toolstack_folders,storage) \
		   toolstack/devices/file_shown.c \
		   $(addprefix toolstack/lib/,bounded.c bytes.c deadline.c file.c log.c sparse.c \
		     uuid.c)

CERTIFICATE_SOURCES := $(call toolstack_folders,certificate) \
		       $(addprefix toolstack/lib/,bytes.c file.c log.c)

ACME_SOURCES := $(call toolstack_folders,acme) \
		$(addprefix toolstack/lib/,bytes.c curl.c deadline.c log.c write_all.c)

# Screens, and the list of disks, are the installer's.
HOSTMENU_SOURCES := $(call toolstack_folders,hostmenu) installer/ui/ui.c installer/ui/machine.c \
		    $(addprefix toolstack/lib/,bytes.c deadline.c file.c log.c)

# What is linked where only one of a folder's files is needed.
VMD_CLIENT := toolstack/vmd/client.c
METRICS_SOURCES := $(call toolstack_folders,metrics) $(VMD_CLIENT) \
		   $(addprefix toolstack/lib/,bytes.c deadline.c file.c log.c privilege.c)
AUTOSTART_SOURCES := $(call toolstack_folders,autostart api) \
		     $(addprefix toolstack/lib/,bytes.c deadline.c file.c log.c write_all.c)
# Two daemons that share most of what they need.
GUARD_SOURCES := $(call toolstack_folders,guard alerts backup courier api model) $(VMD_CLIENT) \
		 $(addprefix toolstack/metrics/,metrics.c recent.c table.c) \
		 $(addprefix toolstack/transfer/,disk.c ova.c source.c tar.c xva_read.c xva_sum.c) \
		 $(addprefix toolstack/lib/,bytes.c curl.c deadline.c file.c log.c privilege.c \
		   sparse.c uuid.c write_all.c zone.c)
TRANSFER_SOURCES := $(call toolstack_folders,transfer api model) $(VMD_CLIENT) \
		    $(addprefix toolstack/apid/,scgi.c cookie.c) \
		    $(addprefix toolstack/metrics/,query.c table.c) \
		    toolstack/devices/qcow2.c \
		    $(addprefix toolstack/lib/,bytes.c deadline.c file.c listener.c log.c \
		      privilege.c sparse.c uuid.c write_all.c)

APID_SOURCES := $(call toolstack_folders,apid model) $(VMD_CLIENT) toolstack/backup/policy.c \
		$(addprefix toolstack/lib/,bytes.c deadline.c file.c listener.c log.c privilege.c \
		  uuid.c zone.c)

# All that it does is in libraries; of storage without its command.
VMD_SOURCES := $(sort $(call toolstack_folders,vmd vm builder devices lib saverestore) \
		 $(filter-out toolstack/storage/main.c toolstack/storage/monitor.c \
		   toolstack/storage/command%,$(wildcard toolstack/storage/*.c)) \
		 toolstack/network/client.c toolstack/network/files.c)

XE_SOURCES := $(call toolstack_folders,xe) \
	      $(filter-out %/wire.c %/xmlrpc.c,$(call toolstack_folders,model)) \
	      toolstack/transfer/websocket.c \
	      $(addprefix toolstack/lib/,bytes.c deadline.c log.c write_all.c)

# Who watches a guest's memory and who speaks with the network are two programs.
SCREEND_SOURCES := $(call toolstack_folders,screen) \
		   $(addprefix toolstack/devices/,config_words.c device_each.c device_store.c \
		     disk_config.c disk_vdev.c vif_config.c) \
		   $(addprefix toolstack/lib/,bytes.c deadline.c evtchn.c file.c foreign_map.c \
		     ip.c listener.c log.c privilege.c store.c)
SCREEN_RFB_SOURCES := $(call toolstack_folders,rfb) toolstack/screen/jail.c \
		      $(addprefix toolstack/lib/,bytes.c deadline.c log.c privilege.c write_all.c)

# Runs in a driver domain, which it is copied into.
DEVD_SOURCES := $(call toolstack_folders,devd) \
		$(addprefix toolstack/devices/,config_words.c device_each.c device_store.c \
		  device_wait.c disk_config.c disk_vdev.c vif_config.c vif_link.c vif_lock.c \
		  vif_up.c) \
		$(addprefix toolstack/lib/,bytes.c deadline.c file.c ip.c log.c netlink.c nft.c \
		  store.c)

toolstack_objects = $(patsubst %.c,$(B)/toolstack/obj/%.o,$(1))

$(B)/toolstack/obj/%.o: %.c toolstack/build.mk $(B)/sysroot/.done
	@mkdir -p $(@D)
	@$(MUSL_CC) $(TOOLSTACK_CFLAGS) -MMD -MP -c $< -o $@

# $(call toolstack_program,NAME,SOURCES,LIBRARIES): $(B)/toolstack/NAME, stripped, and NAME.debug.
define toolstack_program
TOOLSTACK_PROGRAMS += $(B)/toolstack/$1
$(B)/toolstack/$1: $(call toolstack_objects,$2)
	@echo "  LINK    $$@"
	@$(MUSL_CC) $(TOOLSTACK_LDFLAGS) $$(filter %.o,$$^) $3 -o $$@.debug
	@strip -o $$@ $$@.debug
-include $(patsubst %.o,%.d,$(call toolstack_objects,$2))
endef

TOOLSTACK_PROGRAMS :=
$(eval $(call toolstack_program,xl,$(XL_SOURCES),-llzma -lzstd -llz4 -lz))
$(eval $(call toolstack_program,consoled,$(CONSOLED_SOURCES)))
$(eval $(call toolstack_program,xenstored,$(XENSTORED_SOURCES)))
$(eval $(call toolstack_program,xenstore,$(XENSTORE_SOURCES)))
$(eval $(call toolstack_program,network,$(NETWORK_SOURCES)))
$(eval $(call toolstack_program,storage,$(STORAGE_SOURCES)))
$(eval $(call toolstack_program,transfer,$(TRANSFER_SOURCES),\
	-lzstd -lz -lmbedcrypto -ljansson -lexpat -lsqlite3))
$(eval $(call toolstack_program,metrics,$(METRICS_SOURCES),-ljansson))
$(eval $(call toolstack_program,guard,$(GUARD_SOURCES),\
	-lzstd -lz -lmbedcrypto -ljansson -lexpat))
$(eval $(call toolstack_program,autostart,$(AUTOSTART_SOURCES),-ljansson))
$(eval $(call toolstack_program,host-certificate,$(CERTIFICATE_SOURCES),-lmbedx509 -lmbedcrypto))
$(eval $(call toolstack_program,acme,$(ACME_SOURCES),-ljansson -lmbedx509 -lmbedcrypto))
$(eval $(call toolstack_program,xe,$(XE_SOURCES),-ljansson -lmbedtls -lmbedx509 -lmbedcrypto))
$(eval $(call toolstack_program,hostmenu,$(HOSTMENU_SOURCES),-lncurses))
$(eval $(call toolstack_program,apid,$(APID_SOURCES),-ljansson -lsqlite3 -lexpat))
$(eval $(call toolstack_program,vmd,$(VMD_SOURCES),-ljansson -llzma -lzstd -llz4 -lz))

$(eval $(call toolstack_program,devd,$(DEVD_SOURCES)))
$(eval $(call toolstack_program,screend,$(SCREEND_SOURCES)))
$(eval $(call toolstack_program,screen-rfb,$(SCREEN_RFB_SOURCES),-lvncserver -lz))
# The only program that needs this library.
$(B)/toolstack/obj/toolstack/rfb/view_rfb.o: $(B)/packages/libvncserver/.done

# For any other machine with Linux.
$(B)/xe: $(B)/toolstack/xe
	@cp $< $@

.PHONY: xe
xe: $(B)/xe ## build/xe, the command that manages hosts, static: it runs on any Linux

.PHONY: toolstack
toolstack: $(TOOLSTACK_PROGRAMS) ## xl and its daemons
