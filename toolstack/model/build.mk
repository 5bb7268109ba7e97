# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the model is for people and for browsers, made on the machine that builds.

MODEL_TABLE := $(filter-out %/value.c %/value_text.c %/wire.c %/xmlrpc.c,\
		 $(sort $(wildcard toolstack/model/*.c)))

# model_print: what is made, by which source in reference/
define model_print
$1: toolstack/model/reference/$2.c $$(MODEL_TABLE) toolstack/model/model.h toolstack/model/table.h \
		| $$(B)/host-deps/build
	@mkdir -p $$(@D)
	@$$(HOSTCC) -std=gnu17 -O1 -Wall -Wextra -Werror -iquote toolstack \
		toolstack/model/reference/$2.c $$(MODEL_TABLE) -o $$(@D)/.$2
	@$$(@D)/.$2 > $$@
endef

$(eval $(call model_print,$(B)/docs/api.md,reference))
$(eval $(call model_print,$(B)/webui/model.ts,typescript))

.PHONY: api-docs
api-docs: $(B)/docs/api.md ## build/docs/api.md, the reference of the API
