# SPDX-License-Identifier: GPL-2.0-or-later
#
# The API's reference, made from the model on the machine that builds.

REFERENCE_SOURCES := toolstack/model/reference/reference.c \
		     $(filter-out %/value.c %/value_text.c %/wire.c %/xmlrpc.c,\
		       $(sort $(wildcard toolstack/model/*.c)))

$(B)/docs/api.md: $(REFERENCE_SOURCES) toolstack/model/model.h toolstack/model/table.h \
		| $(B)/host-deps/build
	@mkdir -p $(@D)
	@$(HOSTCC) -std=gnu17 -O1 -Wall -Wextra -Werror -iquote toolstack $(REFERENCE_SOURCES) \
		-o $(@D)/.reference
	@$(@D)/.reference > $@

.PHONY: api-docs
api-docs: $(B)/docs/api.md ## build/docs/api.md, the reference of the API
