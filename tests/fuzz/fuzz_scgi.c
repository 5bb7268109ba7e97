// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SCGI requests: a beginning of one never says more, or other things, than the whole.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "apid/scgi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { "" };
	struct scgi_request r, part;
	int rc = scgi_parse((const char *)data, size, &r, &why);

	MUST(rc >= 0 || why.text[0]);
	if (rc > 0) {
		const char *uri = scgi_header(&r, "REQUEST_URI");

		MUST(r.body_at <= size && r.headers_len <= SCGI_HEADERS_MAX);
		MUST(scgi_header(&r, "CONTENT_LENGTH"));
		MUST(!uri || strlen(uri) < r.headers_len);
	}
	if (size) {
		/* Memory of its own: reading behind its end shows. */
		char *less = malloc(size - 1 ? size - 1 : 1);

		memcpy(less, data, size - 1);
		if (scgi_parse(less, size - 1, &part, &why) > 0)
			MUST(rc > 0 && part.body_at == r.body_at);
		free(less);
	}
	return 0;
}
