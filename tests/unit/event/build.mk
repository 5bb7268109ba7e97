# SPDX-License-Identifier: GPL-2.0-or-later
EVENT_SOURCES := $(sort $(wildcard hypervisor/event/*.c)) tests/unit/event/fake_domain.c
CHANNEL_SOURCES := $(EVENT_SOURCES) tests/unit/event/channels.c
FIFO_SOURCES := $(EVENT_SOURCES) tests/unit/event/fifo_guest.c
$(eval $(call unit_test,event,channel,$(CHANNEL_SOURCES)))
$(eval $(call unit_test,event,virq,$(CHANNEL_SOURCES)))
$(eval $(call unit_test,event,fifo,$(FIFO_SOURCES)))
$(eval $(call unit_test,event,fifo_hostile,$(FIFO_SOURCES),-pthread))
