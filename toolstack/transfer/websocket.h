// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The WebSocket protocol (RFC 6455), as either end of a byte stream needs it: messages are not told
 * apart, their contents are. Foreign bytes. Nothing is read or written here.
 */
#ifndef TRANSFER_WEBSOCKET_H
#define TRANSFER_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/log.h"

#define WEBSOCKET_ACCEPT  29 /* with its end */
#define WEBSOCKET_HEADER  14 /* the longest */
#define WEBSOCKET_MASK    4
#define WEBSOCKET_CONTROL 125
#define WEBSOCKET_TEXT    1
#define WEBSOCKET_BINARY  2
#define WEBSOCKET_CLOSE   8
#define WEBSOCKET_PING    9
#define WEBSOCKET_PONG    10

/* The answer to a client's key. False: that is none. */
bool websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT]);

/* The header of a server's frame; returns its length. */
size_t websocket_header(uint8_t to[WEBSOCKET_HEADER], unsigned int opcode, uint64_t len);
/* The one of a client's, whose contents become what is sent; mask: random. */
size_t websocket_client_frame(uint8_t to[WEBSOCKET_HEADER], unsigned int opcode,
			      const uint8_t mask[WEBSOCKET_MASK], uint8_t *data, size_t len);

/* Where in a frame the next byte of the other end's belongs. Zeroed at the start. */
struct websocket {
	bool client; /* that is what we are: servers mask nothing */
	uint8_t header[WEBSOCKET_HEADER];
	size_t header_len;
	uint64_t left;      /* of the frame's contents */
	unsigned int place; /* in its mask */
	bool inside;
	uint8_t control[WEBSOCKET_CONTROL]; /* contents of a control frame */
	size_t control_len;
};

struct websocket_event {
	enum { WEBSOCKET_NOTHING, WEBSOCKET_DATA, WEBSOCKET_ASKED, WEBSOCKET_ENDED } kind;
	const uint8_t *data; /* DATA: in the caller's buffer; ASKED: what a pong is to say */
	size_t len;
};

/*
 * Takes some of [data, data + len), which it changes, and says what that was: how many bytes it
 * took. -1 with the reason: the other end does not speak the protocol.
 */
long websocket_take(struct websocket *w, uint8_t *data, size_t len, struct websocket_event *event,
		    struct reason *why);

#endif
