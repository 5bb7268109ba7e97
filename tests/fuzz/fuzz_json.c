// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request in JSON: whatever it is, it is refused with words or becomes values that keep their
 * form, and what we write is JSON again.
 */
#include "fuzz.h"

#include <string.h>

#include "apid/rpc.h"
#include "model/value.h"

/* A value in its form is in it already, and survives being written. */
static void check_form(const struct model_type *type, const json_t *form)
{
	struct buf text = { 0 };
	struct reason why;
	struct wire w;
	json_t *again;

	again = value_check(type, form, &why);
	MUST(again && json_equal(again, form));
	json_decref(again);
	wire_open(&w, &text, WIRE_JSON);
	wire_value(&w, type, form);
	MUST(!text.failed);
	again = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
	MUST(again);
	json_decref(again);
	buf_free(&text);
}

static void check_against_model(const json_t *v)
{
	static const char *const classes[] = { "VM", "VIF", "task" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const struct model_class *c = model_class_find(classes[i]);
		const struct model_type record = { .kind = MODEL_RECORD, .name = c->name };
		struct reason why;
		json_t *form;

		for (size_t f = 0; f <= c->nr_fields; f++) {
			const struct model_type *type = f ? c->fields[f - 1].type : &record;

			why.text[0] = '\0';
			form = value_check(type, v, &why);
			MUST(form || why.text[0]);
			if (form)
				check_form(type, form);
			json_decref(form);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { "" };
	struct rpc rpc;

	if (rpc_parse(true, (const char *)data, size, &rpc, &why) == 0) {
		struct buf out = { 0 };
		json_t *param, *error = json_pack("[s, s]", "CODE", rpc.method);
		size_t i;

		rpc_write_error(&out, &rpc, error);
		MUST(out.len);
		json_array_foreach(rpc.params, i, param)
		{
			check_against_model(param);
		}
		json_decref(error);
		buf_free(&out);
	} else {
		MUST(why.text[0]);
	}
	rpc_free(&rpc);
	return 0;
}
