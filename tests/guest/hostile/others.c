// SPDX-License-Identifier: GPL-2.0-or-later
/* What belongs to others cannot be had; and events without end. */
#include "hostile.h"

#include "abi/event_channel.h"
#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "frontend.h"
#include "hypercall.h"
#include "page.h"
#include "pv_console.h"
#include "store.h"
#include "test.h"

uint64_t any(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void scribble(void *to, unsigned bytes)
{
	uint8_t *at = to;

	for (unsigned i = 0; i < bytes; i++)
		at[i] = any() & 3 ? (uint8_t)(any() & 7) : (uint8_t)any();
}

/* First: what the tests say is to be found in the control domain's log of this console. */
TEST(store_of_others)
{
	char value[STORE_VALUE_MAX];

	pv_console_init();
	frontend_init();
	CHECK(!store_write("/local/domain/0/name", "mine"), "the control domain's name is ours");
	CHECK(!store_write("/vm", "mine"), "/vm is ours");
	CHECK(!store_read("/local/domain/0/backend", value), "all back ends can be seen");
	CHECK_EQ(store_ask(XS_RM, "/local", 7), XS_ERROR);
	CHECK_EQ(store_ask(XS_INTRODUCE, "1\0001\0001", 6), XS_ERROR);
	CHECK_EQ(store_ask(9999, "", 0), XS_ERROR);
}

TEST(grants_of_others)
{
	static uint8_t page[PAGE_SIZE] __attribute__((aligned(4096)));

	for (domid_t dom = 0; dom < 2; dom++)
		for (grant_ref_t ref = 0; ref < 600; ref++) {
			struct gnttab_map_grant_ref map = { .host_addr = 0xe0000000,
							    .flags = GNTMAP_host_map,
							    .ref = ref,
							    .dom = dom };
			struct gnttab_copy copy = { .source = { .u.ref = ref, .domid = dom },
						    .dest = { .u.gmfn = page_gfn(page),
							      .domid = DOMID_SELF },
						    .len = 64,
						    .flags = GNTCOPY_source_gref };

			CHECK_EQ(grant_op(GNTTABOP_copy, &copy, 1), 0);
			CHECK(copy.status != GNTST_okay, "copied %u of domain %u", ref, dom);
			CHECK_EQ(grant_op(GNTTABOP_map_grant_ref, &map, 1), 0);
			CHECK(map.status != GNTST_okay, "mapped %u of domain %u", ref, dom);
		}
}

/* The store's own channel, and one that nobody has bound. */
TEST(events_without_end)
{
	struct evtchn_send store = { .port = 1 }, nobody = { .port = event_alloc_unbound(0) };
	uint64_t end = clock_now() + 2000 * MS;

	while (clock_now() < end) {
		evtchn_op(EVTCHNOP_send, &store);
		evtchn_op(EVTCHNOP_send, &nobody);
	}
	event_close(nobody.port);
}
