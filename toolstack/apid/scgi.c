// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading SCGI requests. See scgi.h.
 */
#include "apid/scgi.h"

#include <ctype.h>
#include <string.h>

/* Digits up to an end character. 1, 0: more bytes are needed, -1: not a number of that size. */
static int number_until(const char *data, size_t len, char end, size_t *at, uint64_t *number)
{
	*number = 0;
	for (*at = 0; *at < len; ++*at) {
		if (data[*at] == end)
			return *at ? 1 : -1;
		if (!isdigit((unsigned char)data[*at]) || *at >= 18)
			return -1;
		*number = *number * 10 + (uint64_t)(data[*at] - '0');
	}
	return 0;
}

static int headers_check(struct scgi_request *r, struct reason *why)
{
	const char *at = r->headers, *end = at + r->headers_len, *length;
	size_t nr = 0, used;

	if (r->headers_len == 0 || end[-1] != '\0')
		return reason_set(why, "headers do not end with a zero");
	for (; at < end; at += strlen(at) + 1)
		nr++;
	if (nr % 2)
		return reason_set(why, "a header without value");
	length = scgi_header(r, "CONTENT_LENGTH");
	if (!length ||
	    number_until(length, strlen(length) + 1, '\0', &used, &r->content_length) < 1)
		return reason_set(why, "no usable CONTENT_LENGTH");
	return 1;
}

int scgi_parse(const char *data, size_t len, struct scgi_request *r, struct reason *why)
{
	uint64_t size;
	size_t colon;
	int rc = number_until(data, len, ':', &colon, &size);

	if (rc < 0 || (rc > 0 && size > SCGI_HEADERS_MAX))
		return reason_set(why, "not the length of headers");
	if (rc == 0 || len < colon + 1 + size + 1)
		return 0;
	if (data[colon + 1 + size] != ',')
		return reason_set(why, "headers longer than they say");
	r->headers = data + colon + 1;
	r->headers_len = size;
	r->body_at = colon + 1 + size + 1;
	return headers_check(r, why);
}

const char *scgi_header(const struct scgi_request *r, const char *name)
{
	const char *at = r->headers, *end = at + r->headers_len;

	while (at < end) {
		const char *value = at + strlen(at) + 1;

		if (value >= end)
			return NULL;
		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}
