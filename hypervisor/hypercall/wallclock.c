// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time of day. Guests add their system time to what stands in shared_info: the time of day at
 * system time 0. Locks: wallclock_lock for the base and, so that two writers do not mix, for the
 * pages' copies.
 */
#include "wallclock.h"

#include "domain.h"
#include "spinlock.h"

#define NSECS_PER_SEC 1000000000ul

static struct spinlock wallclock_lock = SPINLOCK_INIT;
static uint64_t base_secs; /* after 1970-01-01, at system time 0; wallclock_lock */
static uint32_t base_nsecs;

/*
 * The version is odd while the rest is written; x86 keeps stores in order, the compiler must too.
 */
void wallclock_publish(struct domain *d)
{
	struct shared_info *s = d->shared_info;
	uint64_t secs;

	spin_lock(&wallclock_lock);
	secs = base_secs + (uint64_t)d->time_offset_s;
	WRITE_ONCE(s->wc_version, s->wc_version | 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	WRITE_ONCE(s->wc_sec, (uint32_t)secs);
	WRITE_ONCE(s->wc_sec_hi, (uint32_t)(secs >> 32));
	WRITE_ONCE(s->wc_nsec, base_nsecs);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	WRITE_ONCE(s->wc_version, (s->wc_version | 1) + 1);
	spin_unlock(&wallclock_lock);
}

void wallclock_set(uint64_t secs, uint32_t nsecs, time_ns_t now)
{
	struct domain *d;

	spin_lock(&wallclock_lock);
	base_secs = secs - now / NSECS_PER_SEC;
	/* Borrow a second: the clock's fraction may be smaller than the system time's. */
	if (nsecs < now % NSECS_PER_SEC) {
		base_secs--;
		nsecs += NSECS_PER_SEC;
	}
	base_nsecs = nsecs - (uint32_t)(now % NSECS_PER_SEC);
	spin_unlock(&wallclock_lock);

	for (d = domain_next(0); d; d = domain_after(d))
		wallclock_publish(d);
}
