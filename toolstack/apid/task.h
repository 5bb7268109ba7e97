// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: what clients see of a call that takes a while. Inside of a transaction.
 */
#ifndef APID_TASK_H
#define APID_TASK_H

#include "apid/call.h"

struct object *task_create(const char *label, const char *description);
void task_succeed(struct object *task, const char *result);
/* A code and its parameters; TASK_CANCELLED makes it cancelled. */
void task_fail(struct object *task, const json_t *error);
/* At the start: those that ran when we ended have failed. The number of them. */
size_t tasks_interrupted(void);
/* Forgets old ones, now and then. */
void tasks_start_expiry(void);

extern const struct binding task_bindings[];

#endif
