// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time of day: what it was at system time 0, shown to each domain in its shared_info, corrected by
 * the domain's time_offset_s. Set by domain 0 (platform_op settime), or at boot from the RTC.
 */
#ifndef SOCLE_WALLCLOCK_H
#define SOCLE_WALLCLOCK_H

#include "types.h"

struct domain;

/* It is secs + nsecs/10^9 after 1970-01-01 at system time `now`; told to every domain. */
void wallclock_set(uint64_t secs, uint32_t nsecs, time_ns_t now);
/* Writes it into d->shared_info: at creation, and when d->time_offset_s has changed. */
void wallclock_publish(struct domain *d);

#endif
