// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request in XML-RPC: refused with words, or values that come back the same when we write them.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "model/value.h"
#include "model/wire.h"
#include "model/xmlrpc.h"

/* Control characters cannot be written in XML, and numbers come back as what they are. */
static bool is_plain(const json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY);
	bool plain = text && !strstr(text, "\\u") && !strstr(text, "\\r") && !strchr(text, '\x7f');

	free(text);
	return plain;
}

static void check_param(const json_t *v)
{
	struct buf text = { 0 };
	struct reason why;
	struct wire w;
	json_t *again;

	wire_open(&w, &text, WIRE_XML);
	wire_value(&w, NULL, v);
	MUST(!text.failed);
	again = xmlrpc_parse_value(text.data, text.len, &why);
	/* Writing may make it longer than what is read; never wrong. */
	if (again && is_plain(v) && json_is_string(v))
		MUST(json_equal(again, v));
	json_decref(again);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { "" };
	json_t *params = NULL, *param;
	char *method = NULL;
	size_t i;

	if (xmlrpc_parse_call((const char *)data, size, &method, &params, &why) == 0) {
		MUST(method && json_is_array(params));
		json_array_foreach(params, i, param)
		{
			check_param(param);
		}
	} else {
		MUST(why.text[0] && !method && !params);
	}
	free(method);
	json_decref(params);
	json_decref(xmlrpc_parse_value((const char *)data, size, &why));
	return 0;
}
