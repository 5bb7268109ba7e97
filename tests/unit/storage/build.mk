# SPDX-License-Identifier: GPL-2.0-or-later
# storage_test: name, sources below toolstack/ beside the buffers and messages that all use
define storage_test
$(eval $(call unit_test,storage,$1,$(addprefix toolstack/,$2 lib/bytes.c lib/log.c \
	storage/error.c storage/props.c),\
	-iquote toolstack -iquote tests/unit/toolstack -D_GNU_SOURCE))
endef

$(call storage_test,texts,storage/lvm_report.c storage/thin.c)
$(call storage_test,size,storage/size.c)
$(call storage_test,program,storage/program.c lib/deadline.c)
$(call storage_test,stream,storage/stream.c lib/sparse.c)
STORAGE_LIBRARY := $(addprefix storage/,device.c iscsi.c iscsi_keep.c iscsi_session.c \
		     iscsi_source.c lock.c lvm.c lvm_report.c mount.c plug_state.c program.c \
		     reach.c registry.c scan_file.c size.c sr.c sr_file.c sr_iscsi.c sr_lvm.c \
		     stream.c thin.c vdi.c vdi_file.c vdi_iso.c vdi_lvm.c vdi_open.c) \
		   devices/file_shown.c \
		   $(addprefix lib/,bounded.c deadline.c file.c sparse.c uuid.c)
$(call storage_test,files,$(STORAGE_LIBRARY))
$(call storage_test,iscsi,$(STORAGE_LIBRARY))
$(call storage_test,letting_go,$(STORAGE_LIBRARY))

$(B)/tests/unit/storage/%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS))
$(B)/tests/unit/storage/test_files%: UNIT_CFLAGS += -DSTORAGE_STATE='"state"' \
	-DSTORAGE_RUN='"run"' -DNFS_WAIT_MS=300
$(B)/tests/unit/storage/test_iscsi%: UNIT_CFLAGS += -DSTORAGE_STATE='"state"' \
	-DSTORAGE_RUN='"run"' -DISCSI_SYS='"sys"' -DISCSI_DEV='"dev"'
$(B)/tests/unit/storage/test_letting_go%: UNIT_CFLAGS += -DSTORAGE_STATE='"state"' \
	-DSTORAGE_RUN='"run"' -DUSER_MS=2000 -DBUSY_MS=2000 \
	-DFILE_SHOWN_BLOCKS='"blocks"' -DFILE_SHOWN_DEV='"dev"'
