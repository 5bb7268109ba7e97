// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which VMs start with the host, and in what order VMs start and stop. Only looks at records.
 */
#ifndef AUTOSTART_PLAN_H
#define AUTOSTART_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/api.h"

#define DELAY_MAX 3600 /* seconds */

struct turn {
	char vm[API_REF];
	char name[128];
	int64_t order;
	unsigned int delay; /* seconds after it, before the next one's */
};

struct plan {
	struct turn *turns;
	size_t nr;
};

/*
 * vms: what VM.get_all_records says. Those that are halted and to start with the host
 * (other_config:auto_poweron=true), the smallest order first. False: memory.
 */
bool plan_start(const json_t *vms, struct plan *p);
/* Those that run, in the opposite order. */
bool plan_stop(const json_t *vms, struct plan *p);
/* How many from the i-th on have its order: they stop together. */
size_t plan_together(const struct plan *p, size_t i);
void plan_free(struct plan *p);

#endif
