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
#include "screen/allowance.h"

enum screen_end { END_PICTURE, END_KEYS, NR_ENDS };

struct screen {
	uint32_t domid;
	struct store front;      /* watches the guest's states; fd -1: it rests */
	struct allowance looks;  /* for what the guest does */
	bool rested;             /* it had to, once: that has been said */
	int64_t resting;         /* until then nothing that the guest does is seen, ms; 0: it is */
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
/* Does what the states of both ends ask for, unless it rests. */
void screen_look(struct screen *sc, struct store *s);
/* The same because the guest has changed one. One that does so all the time has to wait. */
void screen_stirred(struct screen *sc, struct store *s, int64_t now);
/* What it waited for is due: another try, the end of a rest. */
void screen_due(struct screen *sc, struct store *s, int64_t now);
/* When that is, ms; 0: it waits for nothing. */
int64_t screen_next(const struct screen *sc);
/* The painter has said something, or has gone. */
void screen_answer(struct screen *sc, struct store *s);
/* Somebody wants to look. */
void screen_accept(struct screen *sc);

#endif
