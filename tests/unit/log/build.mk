# SPDX-License-Identifier: GPL-2.0-or-later
# The drivers are included by their tests, with ports of their own.
LOG_TEST_SRC := $(addprefix hypervisor/lib/,log.c panic.c console.c str_copy.c kept_log.c xxh32.c)
$(eval $(call unit_test,log,log,$(LOG_TEST_SRC)))
$(eval $(call unit_test,log,uart,))
$(eval $(call unit_test,log,screen,$(addprefix hypervisor/lib/,pixels.c font.c)))
