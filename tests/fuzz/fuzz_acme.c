// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an authority answers, of any bytes: its parts lie in it, and texts have an end.
 */
#include "fuzz.h"

#include <string.h>

#include "acme/acme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer a = { 0 };
	struct buf text = { 0 };

	buf_append(&text, data, size);
	if (answer_parse(&a, &text) == 0) {
		MUST(a.body.len < size);
		MUST(memchr(a.nonce, '\0', sizeof(a.nonce)));
		MUST(memchr(a.location, '\0', sizeof(a.location)));
	}
	buf_free(&a.body);
	buf_free(&text);
	return 0;
}
