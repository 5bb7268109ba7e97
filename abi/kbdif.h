// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's io/kbdif.h: the page that a guest's keyboard and pointer share with their back end.
 * "in" runs to the guest; "out" is not used. Indices count up for ever; an event is at its index
 * modulo the ring's length. Multi-touch is left out.
 */
#ifndef ABI_KBDIF_H
#define ABI_KBDIF_H

#include "assert.h"

#define XENKBD_TYPE_MOTION   1
#define XENKBD_TYPE_KEY      3
#define XENKBD_TYPE_POS      4

#define XENKBD_IN_EVENT_SIZE 40
#define XENKBD_IN_RING_SIZE  2048
#define XENKBD_IN_RING_LEN   (XENKBD_IN_RING_SIZE / XENKBD_IN_EVENT_SIZE)
#define XENKBD_IN_RING_OFFS  1024

struct xenkbd_motion {
	uint8_t type;
	int32_t rel_x;
	int32_t rel_y;
	int32_t rel_z;
};

/* keycode: as Linux numbers keys and buttons. */
struct xenkbd_key {
	uint8_t type;
	uint8_t pressed;
	uint32_t keycode;
};

struct xenkbd_position {
	uint8_t type;
	int32_t abs_x;
	int32_t abs_y;
	int32_t rel_z;
};

union xenkbd_in_event {
	uint8_t type;
	struct xenkbd_motion motion;
	struct xenkbd_key key;
	struct xenkbd_position pos;
	char pad[XENKBD_IN_EVENT_SIZE];
};

struct xenkbd_page {
	uint32_t in_cons, in_prod;
	uint32_t out_cons, out_prod;
};

ABI_SIZE(struct xenkbd_motion, 16);
ABI_OFFSET(struct xenkbd_motion, rel_x, 4);
ABI_SIZE(struct xenkbd_key, 8);
ABI_OFFSET(struct xenkbd_key, keycode, 4);
ABI_SIZE(struct xenkbd_position, 16);
ABI_OFFSET(struct xenkbd_position, rel_z, 12);
ABI_SIZE(union xenkbd_in_event, 40);
ABI_SIZE(struct xenkbd_page, 16);

#endif
