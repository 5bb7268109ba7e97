// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SCGI requests: a beginning of one never says more, or other things, than the whole. What a
 * browser says in their headers of its session and its page is a reference, or nothing.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "apid/cookie.h"

static void look_at_browser(const struct scgi_request *r)
{
	char session[COOKIE_SESSION];
	bool any = cookie_session(r, session);

	MUST(any == (session[0] != '\0') && (!any || strlen(session) == COOKIE_SESSION - 1));
	MUST(!any || strstr(scgi_header(r, "HTTP_COOKIE"), session));
	MUST(!origin_is_own(r) || scgi_header(r, "HTTP_ORIGIN"));
	origin_may_read(r);
}

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
		look_at_browser(&r);
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
