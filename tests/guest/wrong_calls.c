// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A control domain that does everything wrong in every hypercall: addresses where nothing is,
 * arguments of nonsense, and two CPUs at once. It lives on.
 */
#include "abi/grant_table.h"
#include "abi/memory.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "abi/version.h"
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "smp.h"
#include "test.h"
#include "wrong.h"

#define TABLE_GFN 0x65000UL
#define MAP_AT    0x64000000UL

TEST(wrong_addresses_are_errors)
{
	wrong_only_here();
	wrong_addresses(false);
}

TEST(wrong_addresses_are_errors_in_32_bits)
{
	wrong_only_here();
	wrong_addresses(true);
}

static uint64_t *nonsense;

/* Numbers beyond all limits, in each word; what answers have written is gone again. */
static uint64_t nonsense_fill(uint64_t word)
{
	if (!nonsense)
		nonsense = page_alloc();
	for (unsigned i = 0; i < 256; i++)
		nonsense[i] = word;
	return (uint64_t)nonsense;
}

static void nonsense_call(unsigned call, unsigned operation, uint64_t word, bool in_32)
{
	uint64_t at = nonsense_fill(word);

	wrong_call(call, operation, at, 2, in_32);
	if (wrong_head(call, operation, nonsense_fill(word)))
		wrong_call(call, operation, at, 0, in_32);
}

static void nonsense_calls(uint64_t word, bool in_32)
{
	for (unsigned call = 0; call < CALLS; call++)
		for (unsigned n = 0; n < wrong_operations(call); n++) {
			unsigned operation = wrong_operation(call, n);

			/* To the console all bytes are right. */
			if (call != __HYPERVISOR_console_io &&
			    !wrong_is_pointerless(call, operation) && wrong_is_known(call, n))
				nonsense_call(call, operation, word, in_32);
		}
	CHECK_EQ(version_op(XENVER_version, 0), 4 << 16 | 20);
}

static const uint64_t words[] = { ~0UL, 0x8000000080000000UL, 0x7fffffff7fffffffUL,
				  0x0000beef0000beefUL };

TEST(arguments_of_nonsense)
{
	wrong_only_here();
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		nonsense_calls(words[i], false);
		nonsense_calls(words[i], true);
	}
}

/* --- two CPUs --------------------------------------------------------------------------------- */

static volatile bool stop;

static void start(smp_work_t *work, void *arg)
{
	if (!smp_started())
		CHECK(smp_start_by_sipi(), "CPU 1 does not come up");
	stop = false;
	smp_give(work, arg);
}

static void end(void)
{
	stop = true;
	CHECK(WAIT_FOR(smp_done(), 10000), "CPU 1 does not come to an end");
}

static void change(void *arg)
{
	volatile uint64_t *at = arg;

	for (uint64_t n = 0; !stop; n++)
		for (unsigned i = 1; i < 32; i++)
			at[i] = words[n % 4];
}

TEST(arguments_that_change_while_they_are_read)
{
	wrong_only_here();
	start(change, (void *)nonsense_fill(~0UL));
	for (unsigned i = 0; i < 4; i++)
		nonsense_calls(words[i], i & 1);
	end();
}

static volatile evtchn_port_t port;

static void close_and_open(void *arg)
{
	(void)arg;
	while (!stop) {
		struct evtchn_close close = { port };
		struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };

		evtchn_op(EVTCHNOP_close, &close);
		if (!evtchn_op(EVTCHNOP_alloc_unbound, &alloc))
			port = alloc.port;
	}
}

TEST(a_port_that_is_closed_while_it_is_used)
{
	port = event_alloc_unbound(DOMID_SELF);
	start(close_and_open, 0);
	for (unsigned i = 0; i < 2000; i++) {
		struct evtchn_send send = { port };
		struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF,
							.remote_port = port };

		evtchn_op(EVTCHNOP_send, &send);
		if (!evtchn_op(EVTCHNOP_bind_interdomain, &bind)) {
			send.port = bind.local_port;
			evtchn_op(EVTCHNOP_send, &send);
			evtchn_op(EVTCHNOP_unmask, &send);
			evtchn_op(EVTCHNOP_close, &send);
		}
	}
	end();
	/* None is lost: the same number as ever comes next. */
	event_close(port);
	CHECK_EQ(event_alloc_unbound(DOMID_SELF), port);
}

static volatile uint64_t turn, unmapped[2];
static volatile grant_handle_t handle;

static void unmap(unsigned who)
{
	struct gnttab_unmap_grant_ref op = { .host_addr = MAP_AT, .handle = handle };

	if (!grant_op(GNTTABOP_unmap_grant_ref, &op, 1) && op.status == GNTST_okay)
		unmapped[who]++;
}

static void unmap_each_turn(void *arg)
{
	(void)arg;
	for (uint64_t seen = 0; !stop;)
		if (turn != seen) {
			seen = turn;
			unmap(1);
		}
}

TEST(a_grant_that_is_unmapped_twice)
{
	struct xen_add_to_physmap place = { .domid = DOMID_SELF,
					    .space = XENMAPSPACE_grant_table,
					    .gpfn = TABLE_GFN };
	struct grant_entry_v1 *table = (void *)(TABLE_GFN << 12);
	uint64_t mapped = 0;

	need_ours(); /* Xen may say GNTST_bad_page to the one that maps again */
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &place), 0);
	table[9].frame = (uint32_t)page_gfn(page_alloc());
	table[9].domid = 0;
	table[9].flags = GTF_permit_access;
	start(unmap_each_turn, 0);
	for (unsigned i = 0; i < 300; i++) {
		struct gnttab_map_grant_ref op = { .host_addr = MAP_AT,
						   .flags = GNTMAP_host_map,
						   .ref = 9 };

		CHECK_EQ(grant_op(GNTTABOP_map_grant_ref, &op, 1), 0);
		CHECK_EQ(op.status, GNTST_okay);
		mapped++;
		handle = op.handle;
		turn = i + 1;
		unmap(0);
		CHECK(WAIT_FOR(unmapped[0] + unmapped[1] == mapped, 5000), "it stays mapped");
	}
	end();
	CHECK_EQ(unmapped[0] + unmapped[1], mapped);
	CHECK_EQ(table[9].flags, GTF_permit_access);
}
