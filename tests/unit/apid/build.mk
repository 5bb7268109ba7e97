# SPDX-License-Identifier: GPL-2.0-or-later
APID_TEST_SOURCES := $(addprefix toolstack/apid/,object.c field.c event.c record.c) \
		     $(filter-out %/xmlrpc.c,$(sort $(wildcard toolstack/model/*.c))) \
		     $(addprefix toolstack/lib/,bytes.c log.c uuid.c)
APID_TEST_FLAGS := -iquote toolstack -D_GNU_SOURCE
$(eval $(call unit_test,apid,object,$(APID_TEST_SOURCES),$(APID_TEST_FLAGS)))
$(eval $(call unit_test,apid,database,$(APID_TEST_SOURCES) toolstack/apid/database.c,\
	$(APID_TEST_FLAGS)))
$(eval $(call unit_test,apid,cookie,$(addprefix toolstack/,apid/cookie.c apid/scgi.c lib/log.c),\
	$(APID_TEST_FLAGS)))
$(eval $(call unit_test,apid,recent,toolstack/apid/recent.c,$(APID_TEST_FLAGS)))
$(eval $(call unit_test,apid,scgi,toolstack/apid/scgi.c toolstack/lib/log.c,$(APID_TEST_FLAGS)))
$(eval $(call unit_test,apid,network_text,toolstack/apid/network_text.c \
	$(addprefix toolstack/lib/,bytes.c log.c),$(APID_TEST_FLAGS)))
$(B)/tests/unit/apid/test_%: UNIT_CFLAGS += -ljansson -lsqlite3 -lm
