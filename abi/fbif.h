// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's io/fbif.h: the page that a guest's framebuffer shares with its back end. "in" runs
 * to the guest, "out" from it. Indices count up for ever; an event is at its index modulo the
 * ring's length.
 *
 * The directory of the framebuffer's pages ends the structure. Its declared length runs into the
 * rings: only what lies before them can be used.
 */
#ifndef ABI_FBIF_H
#define ABI_FBIF_H

#include "assert.h"

#define XENFB_TYPE_UPDATE         2
#define XENFB_TYPE_RESIZE         3
#define XENFB_TYPE_REFRESH_PERIOD 1
#define XENFB_NO_REFRESH          0

#define XENFB_IN_EVENT_SIZE       40
#define XENFB_IN_RING_SIZE        1024
#define XENFB_IN_RING_LEN         (XENFB_IN_RING_SIZE / XENFB_IN_EVENT_SIZE)
#define XENFB_IN_RING_OFFS        1024
#define XENFB_OUT_EVENT_SIZE      40
#define XENFB_OUT_RING_SIZE       2048
#define XENFB_OUT_RING_LEN        (XENFB_OUT_RING_SIZE / XENFB_OUT_EVENT_SIZE)
#define XENFB_OUT_RING_OFFS       (XENFB_IN_RING_OFFS + XENFB_IN_RING_SIZE)

struct xenfb_update {
	uint8_t type;
	int32_t x;
	int32_t y;
	int32_t width;
	int32_t height;
};

/* stride and offset in bytes. */
struct xenfb_resize {
	uint8_t type;
	int32_t width;
	int32_t height;
	int32_t stride;
	int32_t depth;
	int32_t offset;
};

union xenfb_out_event {
	uint8_t type;
	struct xenfb_update update;
	struct xenfb_resize resize;
	char pad[XENFB_OUT_EVENT_SIZE];
};

/* period in ms. */
struct xenfb_refresh_period {
	uint8_t type;
	uint32_t period;
};

union xenfb_in_event {
	uint8_t type;
	struct xenfb_refresh_period refresh_period;
	char pad[XENFB_IN_EVENT_SIZE];
};

struct xenfb_page {
	uint32_t in_cons, in_prod;
	uint32_t out_cons, out_prod;
	int32_t width;
	int32_t height;
	uint32_t line_length;
	uint32_t mem_length;
	uint8_t depth;
	unsigned long pd[256];
};

ABI_SIZE(struct xenfb_update, 20);
ABI_OFFSET(struct xenfb_update, x, 4);
ABI_SIZE(struct xenfb_resize, 24);
ABI_OFFSET(struct xenfb_resize, offset, 20);
ABI_SIZE(union xenfb_out_event, 40);
ABI_SIZE(struct xenfb_refresh_period, 8);
ABI_SIZE(union xenfb_in_event, 40);
ABI_OFFSET(struct xenfb_page, width, 16);
ABI_OFFSET(struct xenfb_page, depth, 32);
ABI_OFFSET(struct xenfb_page, pd, 40);

#endif
