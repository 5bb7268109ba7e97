// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client's end. A host may be hostile: its frames are checked by transfer/websocket.
 */
#include "xe/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/base64.h>

#define PIECE 4096

bool channel_ask(struct channel *c, struct link *l, const struct settings *s, const char *path)
{
	unsigned char random[16];
	size_t len;

	*c = (struct channel){ .link = l, .in = { .client = true } };
	return getrandom(random, sizeof(random), 0) == sizeof(random) &&
	       mbedtls_base64_encode((unsigned char *)c->key, sizeof(c->key), &len, random,
				     sizeof(random)) == 0 &&
	       http_upgrade(l, s, path, c->key);
}

bool channel_answered(struct channel *c, struct reply *r)
{
	char accept[WEBSOCKET_ACCEPT];

	return http_reply(c->link, r) && r->status == 101 && websocket_accept(c->key, accept) &&
	       strcmp(r->accept, accept) == 0;
}

static bool frame_send(struct channel *c, unsigned int opcode, const void *data, size_t len)
{
	uint8_t header[WEBSOCKET_HEADER], mask[WEBSOCKET_MASK], copy[PIECE];
	size_t n;

	if (getrandom(mask, sizeof(mask), 0) != sizeof(mask))
		return false;
	if (len)
		memcpy(copy, data, len);
	n = websocket_client_frame(header, opcode, mask, copy, len);
	return link_write(c->link, header, n) && link_write(c->link, copy, len);
}

bool channel_send(struct channel *c, const void *data, size_t len)
{
	for (const char *at = data; len;) {
		size_t part = len < PIECE ? len : PIECE;

		if (!frame_send(c, WEBSOCKET_BINARY, at, part))
			return false;
		at += part;
		len -= part;
	}
	return true;
}

bool channel_receive(struct channel *c, struct buf *out)
{
	uint8_t data[PIECE];
	ssize_t n = link_read(c->link, data, sizeof(data));
	struct websocket_event event;
	struct reason why;

	if (n < 0 && errno == EAGAIN)
		return true;
	for (ssize_t at = 0, took; at < n; at += took) {
		took = websocket_take(&c->in, data + at, (size_t)(n - at), &event, &why);
		if (took < 0 || event.kind == WEBSOCKET_ENDED)
			return false;
		if (event.kind == WEBSOCKET_DATA)
			buf_append(out, event.data, event.len);
		if (event.kind == WEBSOCKET_ASKED &&
		    !frame_send(c, WEBSOCKET_PONG, event.data, event.len))
			return false;
	}
	return n > 0 && !out->failed;
}

bool channel_pending(const struct channel *c)
{
	return link_pending(c->link);
}

void channel_close(struct channel *c)
{
	static const uint8_t normal[] = { 1000 >> 8, 1000 & 0xff };

	if (c->link)
		frame_send(c, WEBSOCKET_CLOSE, normal, sizeof(normal));
	link_close(c->link);
	c->link = NULL;
}
