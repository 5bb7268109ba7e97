// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RFB's buttons: 0 left, 1 middle, 2 right, 3 and 4 the wheel, which has no "down".
 */
#include "screen/keys.h"

#include <string.h>

#define WHEEL_UP   3
#define WHEEL_DOWN 4

static void add(struct keys *k, const union xenkbd_in_event *e)
{
	if (k->nr < KEYS_QUEUE)
		k->queue[k->nr++] = *e;
}

static void add_key(struct keys *k, uint32_t code, bool pressed)
{
	union xenkbd_in_event e = {
		.key = { .type = XENKBD_TYPE_KEY, .pressed = pressed, .keycode = code },
	};

	add(k, &e);
}

void keys_key(struct keys *k, struct hands *h, uint32_t code, bool pressed)
{
	uint8_t bit = (uint8_t)(1u << code % 8);

	if (code == 0 || code >= KEY_MAX)
		return;
	/* Released without having been pressed: another viewer's key may be down. */
	if (!pressed && !(h->down[code / 8] & bit))
		return;
	/* Guests do not repeat keys of this keyboard: the viewer's repetitions are strokes. */
	if (pressed && h->down[code / 8] & bit)
		add_key(k, code, false);
	if (pressed)
		h->down[code / 8] |= bit;
	else
		h->down[code / 8] &= (uint8_t)~bit;
	add_key(k, code, pressed);
}

static void move_to(struct keys *k, const struct hands *h, uint16_t x, uint16_t y, int wheel,
		    uint32_t width, uint32_t height, bool absolute)
{
	union xenkbd_in_event e = { .type = 0 };

	if (absolute)
		e.pos = (struct xenkbd_position){
			.type = XENKBD_TYPE_POS,
			.abs_x = (int32_t)((uint64_t)x * POINTER_RANGE / width),
			.abs_y = (int32_t)((uint64_t)y * POINTER_RANGE / height),
			.rel_z = wheel,
		};
	else
		e.motion = (struct xenkbd_motion){
			.type = XENKBD_TYPE_MOTION,
			.rel_x = h->placed ? x - h->x : 0,
			.rel_y = h->placed ? y - h->y : 0,
			.rel_z = wheel,
		};
	add(k, &e);
}

/* The guest has left and right before middle. */
static uint32_t button_code(unsigned int i)
{
	static const uint32_t codes[] = { BTN_LEFT, BTN_LEFT + 2, BTN_LEFT + 1 };

	return codes[i];
}

void keys_pointer(struct keys *k, struct hands *h, uint16_t x, uint16_t y, uint16_t buttons,
		  uint32_t width, uint32_t height, bool absolute)
{
	uint16_t pressed = (uint16_t)(buttons & ~h->buttons);
	int wheel = (pressed >> WHEEL_UP & 1) - (pressed >> WHEEL_DOWN & 1);

	if (x >= width || y >= height)
		return;
	if (!h->placed || x != h->x || y != h->y || wheel)
		move_to(k, h, x, y, wheel, width, height, absolute);
	for (unsigned int i = 0; i < WHEEL_UP; i++)
		if ((buttons ^ h->buttons) >> i & 1)
			keys_key(k, h, button_code(i), buttons >> i & 1);
	h->x = x;
	h->y = y;
	h->buttons = buttons;
	h->placed = true;
}

void keys_let_go(struct keys *k, struct hands *h)
{
	for (uint32_t code = 0; code < KEY_MAX; code++)
		if (h->down[code / 8] >> code % 8 & 1)
			add_key(k, code, false);
	memset(h, 0, sizeof(*h));
}

bool keys_flush(struct keys *k, void *page)
{
	struct xenkbd_page *shared = page;
	char *ring = (char *)page + XENKBD_IN_RING_OFFS;
	uint32_t prod = __atomic_load_n(&shared->in_prod, __ATOMIC_RELAXED);
	uint32_t cons = __atomic_load_n(&shared->in_cons, __ATOMIC_ACQUIRE);
	size_t done = 0;

	/* An impossible index is a full ring. */
	for (; done < k->nr && prod - cons < XENKBD_IN_RING_LEN; done++, prod++)
		memcpy(ring + prod % XENKBD_IN_RING_LEN * sizeof(k->queue[0]), &k->queue[done],
		       sizeof(k->queue[0]));
	if (!done)
		return false;
	__atomic_store_n(&shared->in_prod, prod, __ATOMIC_RELEASE);
	k->nr -= done;
	memmove(k->queue, k->queue + done, k->nr * sizeof(k->queue[0]));
	return true;
}
