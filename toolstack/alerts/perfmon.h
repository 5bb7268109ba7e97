// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thresholds as XenAPI's clients write them into other_config:perfmon, and the alarms that come of
 * them. The text is a client's: it is checked and bounded. Knows no API.
 */
#ifndef ALERTS_PERFMON_H
#define ALERTS_PERFMON_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"
#include "metrics/metrics.h"

#define PERFMON_VARIABLES 32
#define PERFMON_TEXT      16384

struct perfmon_variable {
	char name[128];
	regex_t regex; /* of the names of samples */
	bool sum;      /* of all of them, else their average */
	bool low;      /* alarms below the level, else above */
	bool has_level;
	double level;
	int64_t period, inhibit; /* seconds */
	int priority;
	struct buf text; /* its settings, for the message */
	/* Since when, of the clock of the caller; 0: it is not so now. */
	int64_t over_since, quiet_until;
};

struct perfmon {
	struct perfmon_variable variables[PERFMON_VARIABLES];
	size_t nr;
};

/* host: defaults are those of hosts, else of VMs. NULL with the reason. */
struct perfmon *perfmon_parse(const char *text, bool host, struct reason *why);
void perfmon_free(struct perfmon *p);

/* The variable's value of these samples; NAN: none of them is its. */
double perfmon_value(const struct perfmon_variable *v, const struct metrics_sample *samples,
		     size_t nr);
/* The value is so at a time (seconds that only go forward, not 0): whether that is an alarm. */
bool perfmon_alarm(struct perfmon_variable *v, double value, int64_t now);
/* The body of its message, as XenAPI's clients read it. */
void perfmon_body(const struct perfmon_variable *v, double value, struct buf *body);

#endif
