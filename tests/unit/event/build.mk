# SPDX-License-Identifier: GPL-2.0-or-later
EVENT_SOURCES := $(sort $(wildcard hypervisor/event/*.c)) tests/unit/event/fake_domain.c
$(eval $(call unit_test,event,channel,$(EVENT_SOURCES),-pthread))
$(eval $(call unit_test,event,fifo,$(EVENT_SOURCES),-pthread))
