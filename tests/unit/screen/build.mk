# SPDX-License-Identifier: GPL-2.0-or-later
# screen_test: name, sources below toolstack/ beside the messages that all use
define screen_test
$(eval $(call unit_test,screen,$1,$(addprefix toolstack/,$2 lib/log.c),\
	-iquote toolstack -iquote tests/unit/toolstack -D_GNU_SOURCE))
endef

$(call screen_test,allowance,screen/allowance.c)
$(call screen_test,changes,screen/changes.c)
$(call screen_test,fb,screen/fb.c)
$(call screen_test,keys,screen/keys.c)
$(call screen_test,keymap,rfb/keymap.c)
# The process between a guest and its viewers, with a guest that is memory of the test's.
$(call screen_test,painter,$(addprefix screen/,changes.c fb.c keys.c packet.c painter.c picture.c) \
	lib/deadline.c)
# The states of its devices, with a store and a painter of the test's.
$(call screen_test,screen,screen/allowance.c screen/screen.c screen/packet.c \
	lib/deadline.c)
