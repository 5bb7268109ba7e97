# SPDX-License-Identifier: GPL-2.0-or-later
MODEL_TEST_SOURCES := $(sort $(wildcard toolstack/model/*.c)) \
		      $(addprefix toolstack/lib/,bytes.c log.c)
$(eval $(call unit_test,model,table,$(MODEL_TEST_SOURCES),-iquote toolstack -D_GNU_SOURCE))
$(eval $(call unit_test,model,value,$(MODEL_TEST_SOURCES),-iquote toolstack -D_GNU_SOURCE))
$(B)/tests/unit/model/test_%: UNIT_CFLAGS += -ljansson -lexpat -lm
