// SPDX-License-Identifier: GPL-2.0-or-later
/* The disk: lies in its description, requests of nonsense, requests and pages that change. */
#include "hostile.h"

#include "abi/memory.h"
#include "clock.h"
#include "event.h"
#include "frontend.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "store.h"
#include "test.h"

enum {
	BLK_READ = 0,
	BLK_WRITE = 1,
	BLK_DISCARD = 5,
	BLK_INDIRECT = 6,
	BLK_ENTRIES = 32,
	BLK_SEGMENTS = 11
};

struct blk_segment {
	grant_ref_t ref;
	uint8_t first, last;
	uint16_t pad;
};

struct blk_request {
	uint8_t operation, nr_segments;
	uint16_t handle;
	uint64_t id, sector;
	struct blk_segment segment[BLK_SEGMENTS];
};

struct blk_discard {
	uint8_t operation, flag;
	uint16_t handle;
	uint64_t id, sector, nr_sectors;
};

struct blk_indirect {
	uint8_t operation, indirect_operation;
	uint16_t nr_segments;
	uint64_t id, sector;
	uint16_t handle;
	grant_ref_t ref[8];
};

struct blk_response {
	uint64_t id;
	uint8_t operation;
	int16_t status;
};

union blk_entry {
	struct blk_request request;
	struct blk_discard discard;
	struct blk_indirect indirect;
	struct blk_response response;
};

_Static_assert(sizeof(union blk_entry) == 112, "as a 64-bit back end has it");

static struct ring *disk;
static evtchn_port_t disk_port;

static union blk_entry *disk_entry(uint32_t index)
{
	return (union blk_entry *)disk->entries + index % BLK_ENTRIES;
}

/* Everything a back end wants to know, and true. */
static void disk_describe(void)
{
	frontend_init();
	CHECK(store_wait(DISK "/state", "1", 1000), "the disk is not new");
	disk = ring_lend(DISK_RING);
	for (unsigned i = 0; i < DATA_PAGES; i++)
		page_lend(DATA + i);
	device_set_number(DISK, "ring-ref", DISK_RING);
	device_set(DISK, "protocol", "x86_64-abi");
	device_set(DISK, "feature-persistent", "1");
	disk_port = device_port(DISK);
}

static void disk_connect(void)
{
	disk_describe();
	CHECK(device_state(DISK, "3", "45") == '4', "the disk's back end does not connect");
	device_set(DISK, "state", "4");
}

static void disk_publish(uint32_t index)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	disk->req_prod = index;
	event_send(disk_port);
}

/* The back end has answered all; it may not. */
static bool disk_settles(void)
{
	uint64_t end = clock_now() + 5000 * MS;

	while (disk->rsp_prod != disk->req_prod && clock_now() < end) {
		disk->rsp_event = disk->rsp_prod + 1;
		event_clear(disk_port);
		event_wait(disk_port, 5);
	}
	return disk->rsp_prod == disk->req_prod;
}

/* A read that is all right is served. */
static void disk_serves(void)
{
	union blk_entry *e = disk_entry(disk->req_prod);

	memset(e, 0, sizeof(*e));
	e->request.nr_segments = 1;
	e->request.id = 7;
	e->request.segment[0] = (struct blk_segment){ .ref = DATA, .last = 7 };
	disk_publish(disk->req_prod + 1);
	CHECK(disk_settles(), "an honest request is not answered");
	CHECK_EQ(e->response.id, 7);
	CHECK_EQ(e->response.status, 0);
}

/* A good request, but for one thing. */
static void disk_request_spoil(union blk_entry *e)
{
	struct blk_request *r = &e->request;

	memset(e, 0, sizeof(*e));
	r->operation = any() & 1 ? BLK_READ : BLK_WRITE;
	r->nr_segments = (uint8_t)(1 + any() % BLK_SEGMENTS);
	r->sector = any() % DISK_SECTORS;
	for (unsigned i = 0; i < BLK_SEGMENTS; i++)
		r->segment[i] = (struct blk_segment){ .ref = DATA + any() % DATA_PAGES, .last = 7 };
	switch (any() % 10) {
	case 0: r->operation = (uint8_t)any(); break;
	case 1: r->nr_segments = (uint8_t)any(); break;
	case 2: r->sector = any(); break;
	case 3: r->sector = DISK_SECTORS - any() % 8; break;
	case 4: r->segment[0].ref = (grant_ref_t)any(); break;
	case 5: r->segment[0].first = (uint8_t)any(); break;
	case 6: r->segment[0].last = (uint8_t)any(); break;
	case 7:
		r->operation = BLK_DISCARD;
		e->discard.nr_sectors = any();
		break;
	case 8:
		r->operation = BLK_INDIRECT;
		e->indirect.indirect_operation = (uint8_t)(any() & 7);
		e->indirect.nr_segments = (uint16_t)any();
		for (unsigned i = 0; i < 8; i++)
			e->indirect.ref[i] = DATA + any() % (2 * DATA_PAGES);
		break;
	default: scribble(e, sizeof(*e));
	}
}

/* Pages go while the back end may be using them; holes and the table itself come in their place. */
static void data_grants_spoil(void)
{
	for (unsigned i = 0; i < 4; i++)
		lend(DATA + any() % DATA_PAGES, any() & 1 ? any() & 0xffff : TABLE_AT >> 12,
		     (unsigned)any() & 0xff);
}

TEST(disk_described_by_lies)
{
	static const struct {
		const char *name, *value;
	} lies[] = {
		{ "ring-ref", "4000000000" },      { "ring-ref", "-1" },
		{ "ring-ref", "nonsense" },        { "ring-page-order", "31" },
		{ "event-channel", "99999" },      { "event-channel", "1" },
		{ "protocol", "z80-abi" },         { "multi-queue-num-queues", "4000000000" },
		{ "multi-queue-num-queues", "2" },
	};

	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		disk_describe();
		device_set(DISK, lies[i].name, lies[i].value);
		CHECK(device_state(DISK, "3", "45") == '5', "%s = %s is taken", lies[i].name,
		      lies[i].value);
		device_unset(DISK, lies[i].name);
		device_reopen(DISK);
	}
}

TEST(disk_requests_of_nonsense)
{
	disk_connect();
	disk_serves();
	for (unsigned round = 0; round < 40; round++) {
		unsigned n = 1 + any() % BLK_ENTRIES;

		for (unsigned i = 0; i < n; i++)
			disk_request_spoil(disk_entry(disk->req_prod + i));
		disk_publish(disk->req_prod + n);
		/* Now and then everything changes while it is being read. */
		for (unsigned i = 0; round % 4 == 3 && i < 3000; i++)
			disk_request_spoil(disk_entry(i));
		CHECK(disk_settles(), "round %u: %u of %u are not answered", round,
		      disk->req_prod - disk->rsp_prod, n);
	}
	for (unsigned round = 0; round < 40; round++) {
		disk_request_spoil(disk_entry(disk->req_prod));
		disk_publish(disk->req_prod + 1);
		data_grants_spoil();
		CHECK(disk_settles(), "a request whose pages go is not answered");
	}
	for (unsigned i = 0; i < DATA_PAGES; i++)
		page_lend(DATA + i);
	disk_serves();
}

TEST(disk_index_far_ahead)
{
	disk_publish(disk->req_prod + 5000);
	event_wait(0, 200);
	for (unsigned i = 0; i < 20; i++) {
		disk->rsp_prod = (uint32_t)any();
		disk_publish((uint32_t)any());
	}
	device_reopen(DISK);
	disk_connect();
	disk_serves();
}

/* Pages that back ends have mapped are given away, their grants are gone. */
TEST(pages_given_away_while_lent)
{
	uint64_t gfn = page_gfn(disk);
	struct xen_memory_reservation op = { .extent_start = (uint64_t)&gfn,
					     .nr_extents = 1,
					     .domid = DOMID_SELF };

	CHECK_EQ(memory_op(XENMEM_decrease_reservation, &op), 1);
	for (unsigned ref = DISK_RING; ref < DATA + DATA_PAGES; ref++)
		lend(ref, 0xffff, 0);
	event_send(disk_port);
}
