# SPDX-License-Identifier: GPL-2.0-or-later
ALERTS_FLAGS := -iquote toolstack -D_GNU_SOURCE
$(eval $(call unit_test,alerts,perfmon,toolstack/alerts/perfmon.c toolstack/lib/bytes.c \
	toolstack/lib/log.c,$(ALERTS_FLAGS)))
$(eval $(call unit_test,alerts,levels,toolstack/alerts/level.c toolstack/alerts/kernel_log.c,\
	$(ALERTS_FLAGS)))
$(B)/tests/unit/alerts/test_%: UNIT_CFLAGS += -lexpat -lm
