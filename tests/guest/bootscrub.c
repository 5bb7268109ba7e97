// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bootscrub=idle, as on a machine that is not emulated: memory that was never used is scrubbed
 * while nothing else is to be done. Instructions are this machine's time, so that each start finds
 * the same.
 */
#include "clock.h"
#include "domain.h"
#include "event.h"
#include "test.h"

MACHINE("-accel tcg,thread=single -icount shift=0,sleep=off -smp 1");
HYPERVISOR("bootscrub=idle");

#define EXTENTS 64 /* of 2 MiB: 128 MiB of some 380 */

static uint64_t create(domid_t *domid)
{
	uint64_t start = clock_now();

	*domid = domain_create_sized(EXTENTS, 9);
	return clock_now() - start;
}

TEST(idle_cpus_scrub_what_was_never_used)
{
	uint64_t before, after;
	domid_t domid[2];

	need_ours();
	before = create(&domid[0]);
	event_wait(0, 5000);
	after = create(&domid[1]); /* the first one is still there: this is other memory */
	CHECK(after < before / 4, "%lu instructions, %lu before idling", after, before);
	domain_destroy(domid[0]);
	domain_destroy(domid[1]);
}
