// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device model in the control domain: a guest's accesses to the ports and memory that it has
 * asked for, of all sizes; and what becomes of the guest when it lies, goes, or never answers.
 */
#include "abi/dm_op.h"
#include "abi/hvm_op.h"
#include "abi/memory.h"
#include "abi/sched.h"
#include "clock.h"
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"

#define REQUESTS_GFN 0x69100UL /* where the page of requests appears */
#define PORT         0x510     /* ports and memory of payload_device_io */
#define MEMORY       0x100000
#define ANSWER       0x8182838485868788UL
#define REQUESTS     22

static domid_t domid;
static volatile uint32_t *data;
static volatile struct ioreq *request;
static evtchn_port_t port;
static struct xen_dm_op op;

static long dm_op(unsigned what)
{
	struct xen_dm_op_buf buf = { (uint64_t)&op, sizeof(op) };

	op.op = what;
	return hypercall3(__HYPERVISOR_dm_op, domid, 1, (uint64_t)&buf);
}

static long range_op(unsigned what, ioservid_t id, unsigned type, uint64_t start, uint64_t end)
{
	op = (struct xen_dm_op){ 0 };
	op.u.map_io_range_to_ioreq_server = (struct xen_dm_op_ioreq_server_range){
		.id = id, .type = type, .start = start, .end = end
	};
	return dm_op(what);
}

static long range(ioservid_t id, unsigned type, uint64_t start, uint64_t end)
{
	return range_op(XEN_DMOP_map_io_range_to_ioreq_server, id, type, start, end);
}

static void requests_map(ioservid_t id)
{
	uint64_t gfn = REQUESTS_GFN;
	struct xen_mem_acquire_resource acquire = {
		.domid = domid,
		.type = XENMEM_resource_ioreq_server,
		.id = id,
		.frame = XENMEM_resource_ioreq_server_frame_ioreq(0),
		.nr_frames = 1,
		.frame_list = (uint64_t)&gfn,
	};

	CHECK_EQ(memory_op(XENMEM_acquire_resource, &acquire), 0);
	request = (struct ioreq *)(REQUESTS_GFN << 12);
}

static void enable(ioservid_t id, bool on)
{
	op = (struct xen_dm_op){ 0 };
	op.u.set_ioreq_server_state.id = id;
	op.u.set_ioreq_server_state.enabled = on;
	CHECK_EQ(dm_op(XEN_DMOP_set_ioreq_server_state), 0);
}

static ioservid_t begin_with(const char *code, const char *code_end)
{
	ioservid_t id;

	event_init();
	domid = domain_create();
	domain_load(domid, code, code_end);
	data = domain_map(domid, PAYLOAD_DATA / PAGE_SIZE);
	op = (struct xen_dm_op){ 0 };
	op.u.create_ioreq_server.handle_bufioreq = HVM_IOREQSRV_BUFIOREQ_OFF;
	CHECK_EQ(dm_op(XEN_DMOP_create_ioreq_server), 0);
	id = op.u.create_ioreq_server.id;
	CHECK_EQ(range(id, XEN_DMOP_IO_RANGE_PORT, PORT, PORT + 3), 0);
	CHECK_EQ(range(id, XEN_DMOP_IO_RANGE_MEMORY, MEMORY, MEMORY + 0xfff), 0);
	requests_map(id);
	enable(id, true);
	port = event_bind_interdomain(domid, request->vp_eport);
	return id;
}

static ioservid_t begin(void)
{
	return begin_with(payload_device_io, payload_device_io_end);
}

static void end_server(void)
{
	struct xen_remove_from_physmap gone = { .domid = DOMID_SELF, .gpfn = REQUESTS_GFN };

	domain_destroy(domid);
	event_close(port);
	CHECK_EQ(memory_op(XENMEM_remove_from_physmap, &gone), 0);
	CHECK(WAIT_FOR(!domain_exists(domid), 2000), "domain %u does not go away", domid);
}

static void end(void)
{
	domain_unmap((void *)data);
	end_server();
}

static void wait_for_request(void)
{
	CHECK(WAIT_FOR(request->state == STATE_IOREQ_READY, 5000), "no request");
}

static void answer(uint64_t value)
{
	request->data = value;
	request->state = STATE_IORESP_READY;
	event_send(port);
}

/* What the payload does, in its order; Xen asks for repetitions at once. */
static const struct {
	uint8_t type, dir, size;
	uint64_t addr, data; /* data: of a write */
} expected[REQUESTS] = {
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 1, MEMORY, 0x11 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 2, MEMORY + 0x10, 0x2222 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 4, MEMORY + 0x20, 0x33333333 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 8, MEMORY + 0x30, 0x4444444455555555 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 1, MEMORY + 0x40, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 2, MEMORY + 0x40, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 4, MEMORY + 0x40, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 8, MEMORY + 0x40, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 4, MEMORY + 0x50, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 4, MEMORY + 0x50, 0x8586878d },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 4, MEMORY + 0x60, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 4, MEMORY + 0x64, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_READ, 4, MEMORY + 0x68, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 2, MEMORY + 0x70, 0x8788 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 2, MEMORY + 0x72, 0x8788 },
	{ IOREQ_TYPE_PIO, IOREQ_WRITE, 1, PORT, 0x66 },
	{ IOREQ_TYPE_PIO, IOREQ_WRITE, 2, PORT + 1, 0x5566 },
	{ IOREQ_TYPE_PIO, IOREQ_WRITE, 4, PORT, 0x33445566 },
	{ IOREQ_TYPE_PIO, IOREQ_READ, 1, PORT, 0 },
	{ IOREQ_TYPE_PIO, IOREQ_READ, 2, PORT + 1, 0 },
	{ IOREQ_TYPE_PIO, IOREQ_READ, 4, PORT, 0 },
	{ IOREQ_TYPE_COPY, IOREQ_WRITE, 1, MEMORY + 0xfff, 0x77 },
};

static void check_reads(void)
{
	CHECK_EQ(data[1], 0x88);
	CHECK_EQ(data[2], 0x8788);
	CHECK_EQ(data[3], 0x85868788);
	CHECK_EQ(data[4], 0x85868788);
	CHECK_EQ(data[5], 0x81828384);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(data[16 + i], 0x85868788);
	CHECK_EQ(data[6], 0x99999988); /* the rest of EAX stays */
	CHECK_EQ(data[7], 0x99998788);
	CHECK_EQ(data[8], 0x85868788);
}

/* Request i, or, with its repetitions, those from i on: how many. */
static unsigned handle(unsigned i)
{
	unsigned count = request->count;

	CHECK(request->type == expected[i].type && request->dir == expected[i].dir &&
		      request->size == expected[i].size && request->addr == expected[i].addr,
	      "request %u: type %u dir %u size %u at %lx", i, request->type, request->dir,
	      request->size, request->addr);
	if (is_ours())
		CHECK(count == 1 && !request->data_is_ptr, "%u times", count);
	CHECK(count >= 1 && i + count <= REQUESTS, "%u times", count);
	for (unsigned n = 0; n < count; n++)
		CHECK_EQ(expected[i + n].addr, request->addr + n * request->size);
	if (request->data_is_ptr)
		for (unsigned n = 0; n < count; n++)
			data[(request->data - PAYLOAD_DATA) / 4 + n] = (uint32_t)ANSWER;
	else if (request->dir == IOREQ_WRITE)
		CHECK_EQ(request->data, expected[i].data);
	answer(ANSWER);
	return count;
}

TEST(reads_and_writes_of_all_sizes)
{
	begin();
	domain_unpause(domid);
	for (unsigned i = 0; i < REQUESTS;) {
		wait_for_request();
		i += handle(i);
	}
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 5000), "the guest does not end");
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_poweroff);
	check_reads();
	CHECK_EQ(data[9], 0xffffffff); /* a port that nobody has */
	end();
}

/*
 * What an exit tells of is the first page. A program that was given only that would reach into the
 * next one.
 */
TEST(an_access_to_two_pages_reaches_neither)
{
	ioservid_t id;

	need_ours();
	id = begin_with(payload_device_edge, payload_device_edge_end);
	CHECK_EQ(range_op(XEN_DMOP_unmap_io_range_from_ioreq_server, id, XEN_DMOP_IO_RANGE_MEMORY,
			  MEMORY, MEMORY + 0xfff),
		 0);
	CHECK_EQ(range(id, XEN_DMOP_IO_RANGE_MEMORY, MEMORY, MEMORY + 0x1fff), 0);
	domain_unpause(domid);
	wait_for_request();
	CHECK_EQ(request->addr, MEMORY + 0xffc);
	CHECK_EQ(request->data, 0x600d);
	CHECK_EQ(data[1], ~0U);
	end();
}

TEST(a_server_that_is_off_or_gone_is_nobody)
{
	ioservid_t id;

	need_ours(); /* Xen leaves a vCPU asleep whose server goes before it answers */
	id = begin();
	domain_unpause(domid);
	wait_for_request();
	op = (struct xen_dm_op){ 0 };
	op.u.destroy_ioreq_server.id = id;
	CHECK_EQ(dm_op(XEN_DMOP_destroy_ioreq_server), 0);
	CHECK_EQ(dm_op(XEN_DMOP_destroy_ioreq_server), -ENOENT);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 5000), "the guest does not end");
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_poweroff);
	CHECK_EQ(data[1], 0xff);
	CHECK_EQ(data[8], 0xffffffff);
	end();
}

TEST(lies_hurt_nobody_else)
{
	need_ours(); /* Xen ends the guest */
	begin();
	domain_unpause(domid);
	wait_for_request();
	event_send(port); /* without an answer */
	request->state = 7;
	request->size = 99;
	request->addr = ~0UL;
	event_send(port);
	PAUSE(200);
	CHECK(request->addr == ~0UL, "it went on without an answer");
	answer(0);
	wait_for_request();
	CHECK_EQ(request->addr, MEMORY + 0x10);
	CHECK_EQ(request->size, 2);
	end(); /* while it waits */
}

TEST(ranges_are_checked)
{
	ioservid_t id = begin();

	CHECK_EQ(range(id, XEN_DMOP_IO_RANGE_PORT, PORT + 3, PORT + 8), -EEXIST);
	CHECK_EQ(range(id, XEN_DMOP_IO_RANGE_PORT, 0xffff, 0x10000), 0);
	CHECK_EQ(range(id, XEN_DMOP_IO_RANGE_PORT, 9, 8), -EINVAL);
	CHECK_EQ(range(id + 1, XEN_DMOP_IO_RANGE_PORT, 8, 9), -ENOENT);
	op = (struct xen_dm_op){ 0 };
	CHECK_EQ(dm_op(XEN_DMOP_nr_vcpus), 0);
	CHECK_EQ(op.u.nr_vcpus.vcpus, 1);
	end();
}

TEST(a_server_made_before_the_vcpus_has_their_ports)
{
	struct xen_domctl vcpus = { .u.max_vcpus.max = 1 };
	ioservid_t id;

	event_init();
	domid = domain_create_bare();
	op = (struct xen_dm_op){ 0 };
	CHECK_EQ(dm_op(XEN_DMOP_create_ioreq_server), 0);
	id = op.u.create_ioreq_server.id;
	requests_map(id);
	enable(id, true);
	port = request->vp_eport;
	if (port) {
		port = event_bind_interdomain(domid, port);
		event_send(port); /* to nobody */
	}
	CHECK_EQ(domctl(XEN_DOMCTL_max_vcpus, domid, &vcpus), 0);
	CHECK(request->vp_eport != 0, "no port for vCPU 0");
	if (!port)
		port = event_bind_interdomain(domid, request->vp_eport);
	end_server();
}
