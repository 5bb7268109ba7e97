# SPDX-License-Identifier: GPL-2.0-or-later
TRANSFER_TEST := -iquote toolstack -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
TRANSFER_PARTS := $(addprefix toolstack/transfer/,source.c sink.c disk.c tar.c) \
		  $(addprefix toolstack/lib/,bytes.c log.c sparse.c write_all.c) \
		  tests/unit/transfer/files.c
$(eval $(call unit_test,transfer,stream,$(TRANSFER_PARTS),$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,vhd,$(TRANSFER_PARTS) \
	$(addprefix toolstack/transfer/,vhd_format.c vhd_read.c vhd_write.c),$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,qcow2,$(TRANSFER_PARTS) toolstack/devices/qcow2.c \
	$(addprefix toolstack/transfer/,qcow2_read.c qcow2_write.c spool.c),$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,disk,$(TRANSFER_PARTS) toolstack/transfer/raw.c,$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,xva,$(TRANSFER_PARTS) $(addprefix toolstack/transfer/,xva_read.c \
	xva_sum.c xva_write.c),$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,host_archive,$(TRANSFER_PARTS) \
	$(addprefix toolstack/transfer/,host_archive.c state_copy.c),$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,ova,$(sort $(wildcard toolstack/model/*.c)) \
	$(addprefix toolstack/,transfer/ova.c lib/bytes.c lib/log.c),$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,request,$(TRANSFER_PARTS) toolstack/apid/scgi.c \
	$(addprefix toolstack/,transfer/http_head.c transfer/request.c lib/deadline.c),\
	$(TRANSFER_TEST)))
$(eval $(call unit_test,transfer,websocket,$(addprefix toolstack/,transfer/websocket.c lib/bytes.c \
	lib/log.c),$(TRANSFER_TEST)))
$(B)/tests/unit/transfer/test_ova: UNIT_CFLAGS += -ljansson -lexpat
$(B)/tests/unit/transfer/test_%: UNIT_CFLAGS += -lz -lzstd -lmbedcrypto
$(B)/tests/unit/transfer/test_host_archive: UNIT_CFLAGS += -ljansson -lsqlite3
