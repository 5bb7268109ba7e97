// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys and the pointer on their way to a guest: in its ring, and what does not fit there in a queue
 * of ours. Knows no mapping.
 */
#ifndef SCREEN_KEYS_H
#define SCREEN_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/kbdif.h"

#define KEYS_QUEUE 256 /* events; then what comes is lost */
#define KEY_MAX    0x300
#define BTN_LEFT   0x110

/* Positions are told of in these units, whatever the picture's size. */
#define POINTER_RANGE 32768

struct keys {
	union xenkbd_in_event queue[KEYS_QUEUE];
	size_t nr;
};

/* One viewer's hands: what they hold down is let go when it leaves. */
struct hands {
	uint8_t down[KEY_MAX / 8];
	uint16_t buttons; /* mask of RFB */
	uint16_t x, y;
	bool placed;
};

/* All of these only fill the queue. A key that there cannot be is ignored. */
void keys_key(struct keys *k, struct hands *h, uint32_t code, bool pressed);
/* At x, y of a picture of this size. absolute: as the guest wants it. */
void keys_pointer(struct keys *k, struct hands *h, uint16_t x, uint16_t y, uint16_t buttons,
		  uint32_t width, uint32_t height, bool absolute);
void keys_let_go(struct keys *k, struct hands *h);

/* From the queue into the guest's page, as far as there is room. True: something has gone. */
bool keys_flush(struct keys *k, void *page);

#endif
