// SPDX-License-Identifier: GPL-2.0-or-later
/* Answer files of both formats, and what the shell gets of them. */
#include "fuzz.h"

#include <string.h>

#include "installer/answers/answers.h"

/* Outside of quotes there is nothing but assignments, line ends, and a quote behind a backslash. */
static void check_quoting(const struct buf *out)
{
	bool quoted = false;

	for (size_t i = 0; i < out->len; i++) {
		if (out->data[i] == '\'')
			quoted = !quoted;
		else if (!quoted && out->data[i] == '\\')
			MUST(++i < out->len && out->data[i] == '\'');
		else if (!quoted)
			MUST(strchr("abcdefghijklmnopqrstuvwxyz_=\n", out->data[i]));
	}
	MUST(!quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answers a = { 0 };
	struct buf out = { 0 };
	struct reason why = { "" };

	if (answers_parse(&a, (const char *)data, size, &why) == 0) {
		answers_print(&a, &out);
		check_quoting(&out);
	} else {
		MUST(why.text[0]);
	}
	buf_free(&out);
	answers_free(&a);
	return 0;
}
