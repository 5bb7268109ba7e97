// SPDX-License-Identifier: GPL-2.0-or-later
/* The store: filled until it refuses, and its ring. Last, since nothing works afterwards. */
#include "hostile.h"

#include "event.h"
#include "frontend.h"
#include "print.h"
#include "store.h"
#include "test.h"

TEST(store_filled)
{
	static char value[2000];
	unsigned n = 0;

	memset(value, 'x', sizeof(value) - 1);
	while (n < 3000 && store_ask(XS_MKDIR, "data/full", 10) == XS_MKDIR) {
		char path[] = "data/full/0000";

		for (unsigned i = 0, rest = n; i < 4; i++, rest /= 10)
			path[sizeof(path) - 2 - i] = (char)('0' + rest % 10);
		if (!store_write(path, value))
			break;
		n++;
	}
	CHECK(n < 3000, "there is no quota");
	CHECK(store_remove("data/full"), "it cannot be emptied again");
	/* A state that is none: back ends take the front end for gone. */
	device_set(DISK, "state", value);
}

/* Last: whoever reads this ring next finds indexes that cannot be. Until the guest is destroyed. */
TEST(store_ring_of_nonsense)
{
	volatile struct xenstore_domain_interface *ring = store_ring();

	ring->req_prod = ring->req_cons + 5000;
	ring->rsp_cons = ring->rsp_prod - 5000;
	store_kick();
	scribble((void *)ring->req, sizeof(ring->req));
	store_kick();
	for (;;)
		event_wait(0, 1000);
}
