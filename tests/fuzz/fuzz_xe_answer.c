// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An answer of a host that xe has asked: headers, pieces, ends at any place. The body that is read
 * is never longer than what has come.
 */
#include "fuzz.h"

#include <string.h>

#include "xe/http.h"

static struct bytes incoming;

bool link_write(struct link *l, const void *data, size_t len)
{
	return true;
}

ssize_t link_read(struct link *l, void *data, size_t len)
{
	len = len > incoming.len ? incoming.len : len;
	if (len)
		memcpy(data, incoming.data, len);
	incoming.data += len;
	incoming.len -= len;
	return (ssize_t)len;
}

bool link_line(struct link *l, char *line, size_t len)
{
	size_t n = 0;
	char c;

	while (link_read(l, &c, 1) == 1) {
		if (c == '\n') {
			line[n] = '\0';
			return true;
		}
		if (n + 1 >= len)
			return false;
		line[n++] = c;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct link l;
	struct buf body = { 0 };
	struct reply r;

	incoming = (struct bytes){ data, size };
	/* Two answers on one connection: the second begins where the first has ended. */
	for (int i = 0; i < 2 && http_reply(&l, &r); i++) {
		/* 101: what follows is no HTTP. */
		MUST(r.status == 101 || (r.status >= 200 && r.status <= 599));
		body.len = 0;
		if (!http_read_all(&r, &body, 4096))
			break;
		MUST(body.len <= size && body.len <= 4096);
	}
	buf_free(&body);
	return 0;
}
