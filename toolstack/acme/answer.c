// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a server answers, as curl prints it: "HTTP/1.1 200 OK", headers, an empty line, the body.
 * Fuzz entry point: answer_parse().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "acme/acme.h"

static void field_copy(const char *value, size_t len, char *to, size_t room)
{
	while (len && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	while (len && (value[len - 1] == '\r' || value[len - 1] == ' '))
		len--;
	/* What does not fit is of no use. */
	if (len < room)
		snprintf(to, room, "%.*s", (int)len, value);
}

static void header_take(struct answer *a, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t name = colon ? (size_t)(colon - line) : 0;
	char number[16] = "";

	if (!colon)
		return;
	if (name == 12 && strncasecmp(line, "Replay-Nonce", name) == 0)
		field_copy(colon + 1, len - name - 1, a->nonce, sizeof(a->nonce));
	else if (name == 8 && strncasecmp(line, "Location", name) == 0)
		field_copy(colon + 1, len - name - 1, a->location, sizeof(a->location));
	else if (name == 11 && strncasecmp(line, "Retry-After", name) == 0) {
		field_copy(colon + 1, len - name - 1, number, sizeof(number));
		a->retry_after = (unsigned int)strtoul(number, NULL, 10);
	}
}

int answer_parse(struct answer *a, const struct buf *text)
{
	const char *at = text->data ? text->data : "", *end = at + text->len, *eol;

	if (text->len < 12 || strncmp(at, "HTTP/", 5) != 0 || !strchr(at, ' '))
		return -1;
	a->status = (int)strtol(strchr(at, ' '), NULL, 10);
	while ((eol = memchr(at, '\n', (size_t)(end - at)))) {
		size_t len = (size_t)(eol - at);

		if (len == 0 || (len == 1 && *at == '\r')) {
			buf_append(&a->body, eol + 1, (size_t)(end - eol - 1));
			return a->body.failed ? -1 : 0;
		}
		header_take(a, at, len);
		at = eol + 1;
	}
	return -1;
}
