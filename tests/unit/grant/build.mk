# SPDX-License-Identifier: GPL-2.0-or-later
GRANT_SOURCES := $(sort $(wildcard hypervisor/grant/*.c)) hypervisor/mm/guest_struct.c \
		 tests/unit/event/fake_domain.c tests/unit/grant/fake_memory.c
GRANT_FLAGS := -iquote tests/unit/event -pthread
$(eval $(call unit_test,grant,map,$(GRANT_SOURCES),$(GRANT_FLAGS)))
$(eval $(call unit_test,grant,map_hostile,$(GRANT_SOURCES),$(GRANT_FLAGS)))
$(eval $(call unit_test,grant,copy,$(GRANT_SOURCES),$(GRANT_FLAGS)))
$(eval $(call unit_test,grant,transfer,$(GRANT_SOURCES),$(GRANT_FLAGS)))
$(eval $(call unit_test,grant,table,$(GRANT_SOURCES),$(GRANT_FLAGS)))
