// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The questions, in their order. Each shows a screen, puts what was said into the plan, and asks
 * again with a complaint where that makes no sense.
 */
#ifndef INSTALLER_SCREENS_H
#define INSTALLER_SCREENS_H

#include "installer/ui/plan.h"
#include "installer/ui/ui.h"

enum asked { ASKED_NEXT, ASKED_BACK, ASKED_NOTHING /* there was nothing to ask */ };

struct question {
	enum asked (*ask)(struct plan *p);
	bool of_disks; /* not for a disk image, which is where it is */
};

extern const struct question questions[];
extern const size_t nr_questions;

/* ---- the parts that they are made of ------------------------------------------------------- */

#define SCREEN_LABEL  120
#define SCREEN_MIN_MB 3900 /* what the system needs of a disk */

#define INPUT(words, field)                                                               \
	{                                                                                 \
		.kind = ROW_INPUT, .label = words, .text = (field), .room = sizeof(field) \
	}
#define SECRET(words, field)                                                               \
	{                                                                                  \
		.kind = ROW_SECRET, .label = words, .text = (field), .room = sizeof(field) \
	}
#define CHOICE(words, field, number)                                                   \
	{                                                                              \
		.kind = ROW_CHOICE, .label = words, .value = &(field), .index = number \
	}

/* One question without an answer that could be wrong. */
enum asked screen_ask(const struct screen *s);
void disk_label(const struct plan_disk *d, char label[SCREEN_LABEL]);

enum asked ask_keymap(struct plan *p);
enum asked ask_region(struct plan *p);
enum asked ask_city(struct plan *p);
enum asked ask_time(struct plan *p);
enum asked ask_kind(struct plan *p);
enum asked ask_disk(struct plan *p);
enum asked ask_other_disks(struct plan *p);
enum asked ask_storage(struct plan *p);
enum asked ask_source(struct plan *p);
enum asked ask_network(struct plan *p);

#endif
