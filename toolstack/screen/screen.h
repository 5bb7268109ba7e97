// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One guest's screen: the state machine of XenBus for its two devices, and the processes behind
 * them. What the guest says is read from its end of the store: numbers, which only its painter
 * uses.
 */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/store.h"

enum screen_end { END_PICTURE, END_KEYS, NR_ENDS };

struct screen {
	uint32_t domid;
	struct store front;      /* watches the guest's states */
	int listener;            /* for viewers */
	int picture;             /* memory: the picture */
	int picture_readable;    /* the same, to be read only */
	pid_t painter;           /* 0: none */
	int order;               /* to the painter; -1: none */
	bool connected[NR_ENDS]; /* ordered, and not refused */
	bool closing[NR_ENDS];   /* ordered, and not yet done */
	int64_t again;           /* when to try again, ms; 0: nothing to */
	bool seen;               /* for who looks which are gone */
};

/* -1 after saying why; nothing is left then. */
int screen_open(struct screen *sc, struct store *s, uint32_t domid);
void screen_close(struct screen *sc);
/* Does what the states of both ends ask for. */
void screen_look(struct screen *sc, struct store *s);
/* The painter has said something, or has gone. */
void screen_answer(struct screen *sc, struct store *s);
/* Somebody wants to look. */
void screen_accept(struct screen *sc);

#endif
