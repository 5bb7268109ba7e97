// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking for one cookie, and at who made a request. See cookie.h.
 */
#include "apid/cookie.h"

#include <string.h>
#include <strings.h>

#define REF_PREFIX "OpaqueRef:"

static bool is_reference(const char *text, size_t len)
{
	const size_t prefix = strlen(REF_PREFIX);

	return len == COOKIE_SESSION - 1 && strncmp(text, REF_PREFIX, prefix) == 0 &&
	       strspn(text + prefix, "0123456789abcdef-") >= len - prefix;
}

bool cookie_session(const struct scgi_request *r, char session[COOKIE_SESSION])
{
	const char *at = scgi_header(r, "HTTP_COOKIE");
	const size_t name = strlen(COOKIE_NAME);
	unsigned int found = 0;

	session[0] = '\0';
	while (at && *at) {
		size_t len;

		at += strspn(at, " \t");
		len = strcspn(at, ";");
		if (len > name && strncmp(at, COOKIE_NAME "=", name + 1) == 0) {
			found++;
			if (is_reference(at + name + 1, len - name - 1)) {
				memcpy(session, at + name + 1, COOKIE_SESSION - 1);
				session[COOKIE_SESSION - 1] = '\0';
			}
		}
		at += len + (at[len] == ';');
	}
	/* A browser has one of that name: of two, somebody else has set one. */
	if (found != 1)
		session[0] = '\0';
	return session[0] != '\0';
}

bool origin_is_own(const struct scgi_request *r)
{
	static const char scheme[] = "https://";
	const char *origin = scgi_header(r, "HTTP_ORIGIN");
	const char *host = scgi_header(r, "HTTP_HOST");

	return origin && host && *host && strncmp(origin, scheme, strlen(scheme)) == 0 &&
	       strcasecmp(origin + strlen(scheme), host) == 0;
}

bool origin_may_read(const struct scgi_request *r)
{
	const char *site = scgi_header(r, "HTTP_SEC_FETCH_SITE");

	if (scgi_header(r, "HTTP_ORIGIN") && !origin_is_own(r))
		return false;
	/* Typed by the user or a bookmark: no page made it. */
	return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}
