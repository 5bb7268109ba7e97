# SPDX-License-Identifier: GPL-2.0-or-later
# xe_test: name, sources below toolstack/ beside those that all use
define xe_test
$(eval $(call unit_test,xe,$1,$(addprefix toolstack/,$2 lib/bytes.c lib/log.c) \
	tests/unit/xe/xe_fakes.c,-iquote toolstack -iquote tests/unit/xe -D_GNU_SOURCE))
endef

XE_MODEL := $(filter-out %/wire.c %/xmlrpc.c,$(sort $(wildcard toolstack/model/*.c)))
XE_TABLES := $(patsubst toolstack/%,%,$(XE_MODEL)) \
	     $(addprefix xe/,kinds.c objects.c list.c params.c text.c request.c)

$(call xe_test,request,xe/request.c xe/known.c)
$(call xe_test,http,xe/http.c)
$(call xe_test,objects,$(XE_TABLES))
$(call xe_test,verbs,$(XE_TABLES) xe/error.c \
	$(patsubst toolstack/%,%,$(sort $(wildcard toolstack/xe/verbs*.c))))
$(call xe_test,channel,xe/http.c xe/channel.c transfer/websocket.c)
$(B)/tests/unit/xe/test_channel: UNIT_CFLAGS += -lmbedcrypto

$(B)/tests/unit/xe/test_%: UNIT_CFLAGS := $(subst -I,-iquote ,$(UNIT_CFLAGS)) -ljansson -lm

# The whole command with sanitizers, for tests/api; over sockets, without TLS.
XE_CHECKED := $(filter-out toolstack/xe/tls.c,$(XE_SOURCES)) tests/unit/xe/no_tls.c
XE_CHECKED_FLAGS := -iquote toolstack -D_GNU_SOURCE
$(foreach s,$(XE_CHECKED),$(eval $(call unit_object,$(B)/api/checked/xe,$s,$(XE_CHECKED_FLAGS))))
$(B)/api/checked/xe: $(XE_CHECKED:%.c=$(B)/api/checked/xe.objs/%.o)
	$(UNIT_CC) $(UNIT_CFLAGS) $^ -ljansson -lm -lmbedcrypto -o $@
