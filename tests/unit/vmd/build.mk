# SPDX-License-Identifier: GPL-2.0-or-later
# vmd_test: name, sources below toolstack/ beside those that all use
define vmd_test
$(eval $(call unit_test,vmd,$1,$(addprefix toolstack/,$2 lib/bytes.c lib/log.c),\
	-iquote toolstack -iquote tests/unit/toolstack -D_GNU_SOURCE))
endef

VMD_SCHEMA := vmd/schema.c devices/disk_vdev.c lib/ip.c lib/uuid.c
$(call vmd_test,schema,$(VMD_SCHEMA))
$(call vmd_test,start_config,vmd/start_config.c vmd/vm_args.c vmd/schema.c vm/vm_text.c \
	lib/file.c lib/vm_state.c $(VM_CONFIG))
$(call vmd_test,install_media,vmd/install_media.c)
$(call vmd_test,ssh_key,vmd/ssh_key.c)
$(call vmd_test,saved_files,vmd/saved_files.c lib/uuid.c)
$(call vmd_test,crash_note,vm/crash_note.c lib/file.c lib/uuid.c)
$(call vmd_test,counters,vmd/counters.c)
$(call vmd_test,fetch,vmd/fetch.c vmd/unprivileged.c lib/curl.c lib/deadline.c lib/privilege.c \
	lib/write_all.c)
$(call vmd_test,news,vmd/news.c lib/deadline.c lib/netlink.c)
$(call vmd_test,client,vmd/client.c lib/deadline.c)
$(call vmd_test,server,vmd/server.c vmd/client.c lib/deadline.c lib/file.c lib/listener.c \
	lib/signals.c)
$(call vmd_test,restart,vm/restart.c vm/vm_text.c lib/file.c lib/vm_state.c $(VM_CONFIG))

$(B)/tests/unit/vmd/%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS))
$(addprefix $(B)/tests/unit/vmd/,test_schema test_start_config test_client test_server \
	test_fetch test_news): \
	UNIT_CFLAGS += -ljansson
$(B)/tests/unit/vmd/test_restart%: UNIT_CFLAGS += -DVM_RESTART_DIR='"restarting"'
$(B)/tests/unit/vmd/test_crash_note%: UNIT_CFLAGS += -DVM_CRASH_DIR='"crashed"'
$(B)/tests/unit/vmd/test_server%: UNIT_CFLAGS += -DCLIENT_SECONDS=1
