// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the processes of one screen say to each other, in packets over pairs of sockets: the daemon
 * orders, the painter of the guest paints and answers, and each viewer asks the painter for what is
 * new and gives it keys. None of them believes the others more than it must: a viewer reads foreign
 * bytes from the network, a painter reads a guest's.
 */
#ifndef SCREEN_WIRE_H
#define SCREEN_WIRE_H

#include <stdint.h>

/* Of a picture, in pixels. */
#define SCREEN_SIDE_MAX 4096
/* Before the guest has made one. */
#define SCREEN_WIDTH  640
#define SCREEN_HEIGHT 480
#define SCREEN_FOLDER "/run/xen/screens"

/* The daemon to a painter. */
enum order_kind {
	ORDER_PICTURE, /* map it: page, port, wide, updates */
	ORDER_PICTURE_CLOSE,
	ORDER_KEYS, /* page, port, absolute */
	ORDER_KEYS_CLOSE,
	ORDER_VIEWER, /* its socket comes along */
};

struct order {
	uint32_t kind;
	uint32_t port;
	uint64_t page;    /* guest frame */
	uint8_t wide;     /* the guest's frame numbers have 64 bits, else 32 */
	uint8_t updates;  /* the guest tells what it changes */
	uint8_t absolute; /* the guest takes absolute positions of the pointer */
	uint8_t unused[5];
};

/* The painter back, to the first four. */
struct order_answer {
	uint32_t kind;
	uint32_t ok;
	char why[120];
};

struct view_rect {
	uint16_t x, y, width, height;
};

/* A viewer to the painter. */
enum view_kind {
	VIEW_WANT,    /* tell me as soon as something has changed; once */
	VIEW_KEY,     /* a: the key as Linux numbers it, b: 1 pressed, 0 not */
	VIEW_POINTER, /* a, b: position; buttons: mask of RFB */
};

struct view_message {
	uint16_t kind, a, b, buttons;
};

/* The painter's answer to VIEW_WANT; as many rectangles as the packet holds. */
#define VIEW_RECTS 64

struct view_answer {
	uint16_t width, height;
	struct view_rect rects[VIEW_RECTS];
};

#endif
