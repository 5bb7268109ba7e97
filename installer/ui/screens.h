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
};

extern const struct question questions[];
extern const size_t nr_questions;

#endif
