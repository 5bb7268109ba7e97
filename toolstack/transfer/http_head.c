// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request line, and header lines until an empty one. Bodies are not expected here.
 */
#include "transfer/http_head.h"

#include <ctype.h>
#include <string.h>

static void put(struct buf *block, const char *name, const char *value, size_t len)
{
	buf_append(block, name, strlen(name) + 1);
	buf_append(block, value, len);
	buf_append(block, "", 1);
}

/* "GET /path HTTP/1.1" */
static bool request_line(const char *line, size_t len, struct buf *block)
{
	const char *uri = memchr(line, ' ', len), *end = line + len, *version;

	if (!uri || uri == line)
		return false;
	version = memchr(uri + 1, ' ', (size_t)(end - uri - 1));
	if (!version || version == uri + 1)
		return false;
	put(block, "REQUEST_METHOD", line, (size_t)(uri - line));
	put(block, "REQUEST_URI", uri + 1, (size_t)(version - uri - 1));
	return true;
}

/* "Name: value" becomes HTTP_NAME. */
static bool header_line(const char *line, size_t len, struct buf *block)
{
	const char *colon = memchr(line, ':', len), *value;
	size_t name_len = colon ? (size_t)(colon - line) : 0;
	char name[64] = "HTTP_";

	if (name_len == 0 || name_len >= sizeof(name) - 5)
		return name_len != 0; /* one that nobody asks for */
	for (size_t i = 0; i < name_len; i++)
		name[5 + i] = line[i] == '-' ? '_' : (char)toupper((unsigned char)line[i]);
	value = colon + 1;
	while (value < line + len && *value == ' ')
		value++;
	put(block, name, value, (size_t)(line + len - value));
	return true;
}

int http_head_parse(const char *data, size_t len, struct buf *block, struct scgi_request *r,
		    struct reason *why)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4), *at = data;
	bool good = true;

	if (!end)
		return len > SCGI_HEADERS_MAX ? reason_set(why, "a head without end") : 0;
	if (memchr(data, '\0', (size_t)(end - data)))
		return reason_set(why, "a zero in the head");
	block->len = 0;
	while (good && at < end) {
		const char *stop = memmem(at, (size_t)(end + 2 - at), "\r\n", 2);
		size_t line = (size_t)(stop - at);

		good = at == data ? request_line(at, line, block) : header_line(at, line, block);
		at = stop + 2;
	}
	if (!good || at == data || block->failed)
		return reason_set(why, "no HTTP request");
	*r = (struct scgi_request){ .headers = block->data,
				    .headers_len = block->len,
				    .body_at = (size_t)(end + 4 - data) };
	return 1;
}
