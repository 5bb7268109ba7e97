# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,autostart,plan,toolstack/autostart/plan.c,-iquote toolstack -D_GNU_SOURCE))
$(B)/tests/unit/autostart/test_%: UNIT_CFLAGS += -ljansson
