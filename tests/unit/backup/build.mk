# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,backup,policy,toolstack/backup/policy.c toolstack/lib/zone.c,\
	-iquote toolstack -D_GNU_SOURCE))
$(eval $(call unit_test,backup,stream,toolstack/backup/stream.c \
	$(addprefix toolstack/lib/,bytes.c deadline.c log.c),\
	-iquote toolstack -iquote tests/unit/toolstack -D_GNU_SOURCE))
$(B)/tests/unit/backup/test_%: UNIT_CFLAGS += -ljansson
