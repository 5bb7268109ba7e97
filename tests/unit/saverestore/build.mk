# SPDX-License-Identifier: GPL-2.0-or-later
# What has nothing to do with a running domain.
$(eval $(call unit_test,saverestore,stream,$(addprefix toolstack/,saverestore/stream_read.c \
	saverestore/stream_write.c lib/bytes.c lib/log.c),-iquote toolstack -D_GNU_SOURCE))
# <sched.h> is the C library's.
$(B)/tests/unit/saverestore/%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS))
$(B)/tests/unit/saverestore/test_stream: UNIT_CFLAGS += -lz
