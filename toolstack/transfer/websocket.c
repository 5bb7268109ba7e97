// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A frame: two bytes, a longer length if it has one, a client's mask, its contents.
 */
#include "transfer/websocket.h"

#include <mbedtls/base64.h>
#include <mbedtls/md.h>
#include <stdio.h>
#include <string.h>

#define FINAL    0x80
#define RESERVED 0x70
#define OPCODE   0x0f
#define CONTROL  0x08
#define MASKED   0x80
#define LENGTH   0x7f

bool websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT])
{
	char text[96];
	unsigned char sum[20];
	size_t len;
	int all = snprintf(text, sizeof(text), "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);

	/* 16 bytes in base64. */
	if (strlen(key) != 24 || all >= (int)sizeof(text))
		return false;
	return mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), (unsigned char *)text,
			  (size_t)all, sum) == 0 &&
	       mbedtls_base64_encode((unsigned char *)accept, WEBSOCKET_ACCEPT, &len, sum,
				     sizeof(sum)) == 0;
}

size_t websocket_header(uint8_t to[WEBSOCKET_HEADER], unsigned int opcode, uint64_t len)
{
	size_t more = len <= 125 ? 0 : len <= UINT16_MAX ? 2 : 8;

	to[0] = (uint8_t)(FINAL | opcode);
	to[1] = (uint8_t)(more == 0 ? len : more == 2 ? 126 : 127);
	for (size_t i = 0; i < more; i++)
		to[2 + i] = (uint8_t)(len >> 8 * (more - 1 - i));
	return 2 + more;
}

size_t websocket_client_frame(uint8_t to[WEBSOCKET_HEADER], unsigned int opcode,
			      const uint8_t mask[WEBSOCKET_MASK], uint8_t *data, size_t len)
{
	size_t n = websocket_header(to, opcode, len);

	to[1] |= MASKED;
	memcpy(to + n, mask, WEBSOCKET_MASK);
	for (size_t i = 0; i < len; i++)
		data[i] ^= mask[i % WEBSOCKET_MASK];
	return n + WEBSOCKET_MASK;
}

static size_t mask_len(const struct websocket *w)
{
	return w->client ? 0 : WEBSOCKET_MASK;
}

static size_t header_needs(const struct websocket *w)
{
	unsigned int len = w->header[1] & LENGTH;

	if (w->header_len < 2)
		return 2;
	return 2 + (len == 126 ? 2 : len == 127 ? 8 : 0) + mask_len(w);
}

static bool is_control(const struct websocket *w)
{
	return w->header[0] & CONTROL;
}

/* A whole header has come. */
static int frame_begin(struct websocket *w, struct reason *why)
{
	const unsigned int opcode = w->header[0] & OPCODE,
			   more = (unsigned int)(w->header_len - 2 - mask_len(w));

	if (w->header[0] & RESERVED || (opcode > WEBSOCKET_BINARY && opcode < WEBSOCKET_CLOSE) ||
	    opcode > WEBSOCKET_PONG)
		return reason_set(why, "a frame of an unknown kind, %#x", w->header[0]);
	if (!(w->header[1] & MASKED) != w->client)
		return reason_set(why, "a frame %s a mask", w->client ? "with" : "without");
	w->left = more ? 0 : w->header[1] & LENGTH;
	for (unsigned int i = 0; i < more; i++)
		w->left = w->left << 8 | w->header[2 + i];
	if (is_control(w) && (w->left > WEBSOCKET_CONTROL || !(w->header[0] & FINAL)))
		return reason_set(why, "a control frame that is long, or in parts");
	if (w->left >> 63)
		return reason_set(why, "a frame of an impossible length");
	w->inside = true;
	w->place = 0;
	w->control_len = 0;
	return 0;
}

static void frame_end(struct websocket *w, struct websocket_event *event)
{
	const unsigned int opcode = w->header[0] & OPCODE;

	w->inside = false;
	w->header_len = 0;
	if (opcode == WEBSOCKET_CLOSE)
		event->kind = WEBSOCKET_ENDED;
	if (opcode != WEBSOCKET_PING)
		return;
	event->kind = WEBSOCKET_ASKED;
	event->data = w->control;
	event->len = w->control_len;
}

static size_t contents_take(struct websocket *w, uint8_t *data, size_t len,
			    struct websocket_event *event)
{
	const size_t mask = w->header_len - mask_len(w);

	if (len > w->left)
		len = (size_t)w->left;
	for (size_t i = 0; !w->client && i < len; i++)
		data[i] ^= w->header[mask + w->place++ % WEBSOCKET_MASK];
	w->left -= len;
	if (is_control(w)) {
		memcpy(w->control + w->control_len, data, len);
		w->control_len += len;
	} else if (len) {
		*event = (struct websocket_event){ WEBSOCKET_DATA, data, len };
	}
	if (w->left == 0)
		frame_end(w, event);
	return len;
}

long websocket_take(struct websocket *w, uint8_t *data, size_t len, struct websocket_event *event,
		    struct reason *why)
{
	size_t at = 0;

	event->kind = WEBSOCKET_NOTHING;
	while (!w->inside && at < len) {
		w->header[w->header_len++] = data[at++];
		if (w->header_len >= 2 && w->header_len == header_needs(w) &&
		    frame_begin(w, why) < 0)
			return -1;
	}
	if (w->inside)
		at += contents_take(w, data + at, len - at, event);
	return (long)at;
}
