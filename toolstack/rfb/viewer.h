// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one who looks at a screen has: a picture that somebody else paints, and who that is.
 */
#ifndef RFB_VIEWER_H
#define RFB_VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/wire.h"

struct viewer {
	int client;
	int painter;
	const uint32_t *pixels; /* to be read only; bytes of them */
	size_t bytes;
	uint16_t width, height;
};

/* Asks for what is new. False: the painter has gone. */
bool viewer_ask(const struct viewer *v);
/*
 * Takes the answer, and the picture's size with it. nr: how many rectangles it has, all of them
 * within the picture. False: the painter has gone or says what cannot be.
 */
bool viewer_hear(struct viewer *v, struct view_answer *a, size_t *nr);
/* A key or the pointer. */
void viewer_tell(const struct viewer *v, const struct view_message *m);

/* The ways to look: each returns when it is over. */
void view_rfb(struct viewer *v);
void view_png(const struct viewer *v);

#endif
