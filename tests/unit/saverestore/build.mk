# SPDX-License-Identifier: GPL-2.0-or-later
# What has nothing to do with a running domain.
SAVERESTORE_STREAM := $(addprefix toolstack/,saverestore/stream_read.c saverestore/stream_write.c \
	saverestore/stream_wait.c lib/bytes.c lib/deadline.c lib/log.c)
$(foreach test,stream connection,$(eval $(call unit_test,saverestore,$(test), \
	$(SAVERESTORE_STREAM),-iquote toolstack -D_GNU_SOURCE)))
$(eval $(call unit_test,saverestore,restore,$(SAVERESTORE_STREAM) \
	$(addprefix toolstack/vm/,vm_restore.c signals.c),-iquote toolstack -D_GNU_SOURCE))
# <sched.h> is the C library's.
$(B)/tests/unit/saverestore/%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS))
$(B)/tests/unit/saverestore/test_%: UNIT_CFLAGS += -lz
