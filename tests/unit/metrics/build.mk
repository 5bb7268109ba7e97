# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,metrics,metrics,\
	$(addprefix toolstack/metrics/,collect.c disks.c metrics.c query.c recent.c table.c) \
	$(addprefix toolstack/lib/,bytes.c log.c),-iquote toolstack -D_GNU_SOURCE))
$(B)/tests/unit/metrics/test_%: UNIT_CFLAGS += -ljansson -lm
