// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory_op: domain 0 and two guests that ask for anything, in any order, with lists that are
 * interrupted anywhere. The fake machine stops the program when a frame is freed that anybody can
 * still reach; at the end every frame must have come back. Input: a row of steps of 16 bytes.
 */
#include "unit/hypercall/fake_machine.h"

#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/memory.h"
#include "hypercall.h"

#define STEP    16u
#define LISTS   3u
#define ENTRIES 8u

static struct domain *domains[FAKE_DOMAINS];

static uint64_t list_at(unsigned n)
{
	return MEMORY + 1024 + n * 256;
}

static void *list(unsigned n)
{
	return memory + 1024 + n * 256;
}

static domid_t domid_of(uint8_t byte)
{
	return byte % 8 == 7 ? DOMID_SELF : byte % 4;
}

/* Most where something may be; some beyond the end. */
static uint64_t gfn_of(uint8_t byte)
{
	return byte >= 0xf8 ? ~0ul - byte : byte;
}

/* --- what must hold --------------------------------------------------------------------------- */

static void check(void)
{
	struct domain *dom0 = domains[0];

	for (unsigned i = 0; i < FAKE_DOMAINS; i++)
		MUST(domains[i]->refs == 1);
	for (uint64_t gfn = 0; gfn < FAKE_GFNS; gfn++) {
		/* Domain 0's devices are given frame numbers as addresses. */
		if (type_at(dom0, gfn) == P2M_RAM_RW &&
		    !(mfn_to_page(MFN(mfn_at(dom0, gfn)))->flags & PAGE_XENHEAP))
			MUST(mfn_at(dom0, gfn) == gfn || gfn < 16);
		for (unsigned i = 0; i < FAKE_DOMAINS; i++) {
			if (type_at(domains[i], gfn) != P2M_INVALID)
				MUST(refs_of(mfn_at(domains[i], gfn)) > 0);
			if (i)
				MUST(type_at(domains[i], gfn) != P2M_FOREIGN);
		}
	}
}

/* --- steps ------------------------------------------------------------------------------------ */

/* As a guest would: again and again, until it is through. */
static void run(unsigned cmd)
{
	for (unsigned tries = 0; tries < 2 * ENTRIES; tries++) {
		fake_arg_value = cmd;
		if (do_memory_op(cmd, MEMORY) != -ERESTART)
			return;
		cmd = (unsigned)fake_arg_value;
	}
	MUST(!"a hypercall that never ends");
}

static void reservation(const uint8_t *in)
{
	struct xen_memory_reservation r = {
		.extent_start = list_at(0),
		.nr_extents = in[4] % (ENTRIES + 1),
		.extent_order = in[3] % 4,
		.mem_flags = in[3] & 0x80 ? in[5] : 0,
		.domid = domid_of(in[2]),
	};

	for (unsigned i = 0; i < ENTRIES; i++)
		((uint64_t *)list(0))[i] = gfn_of(in[6 + i]);
	memcpy(memory, &r, sizeof(r));
	run(in[5] & 1 ? XENMEM_populate_physmap : XENMEM_decrease_reservation);
}

static void add(const uint8_t *in)
{
	struct xen_add_to_physmap a = {
		.domid = domid_of(in[2]),
		.size = in[4] % 8,
		.space = in[3] % 7,
		.idx = gfn_of(in[6]),
		.gpfn = gfn_of(in[7]),
	};

	memcpy(memory, &a, sizeof(a));
	run(XENMEM_add_to_physmap);
}

static void add_batch(const uint8_t *in)
{
	struct xen_add_to_physmap_batch b = {
		.domid = domid_of(in[2]),
		.space = in[3] & 0x80 ? in[3] % 7 : XENMAPSPACE_gmfn_foreign,
		.size = in[4] % 5,
		.u.foreign_domid = domid_of(in[5]),
		.idxs = list_at(0),
		.gpfns = list_at(1),
		.errs = list_at(2),
	};

	for (unsigned i = 0; i < 4; i++) {
		((uint64_t *)list(0))[i] = gfn_of(in[6 + i]);
		((uint64_t *)list(1))[i] = gfn_of(in[10 + i]);
	}
	memcpy(memory, &b, sizeof(b));
	run(XENMEM_add_to_physmap_batch);
}

static void remove_one(const uint8_t *in)
{
	struct xen_remove_from_physmap r = { .domid = domid_of(in[2]), .gpfn = gfn_of(in[6]) };

	memcpy(memory, &r, sizeof(r));
	run(XENMEM_remove_from_physmap);
}

static void acquire(const uint8_t *in)
{
	struct xen_mem_acquire_resource r = {
		.domid = domid_of(in[2]),
		.type = in[3] % 2,
		.id = in[4] % 3,
		.nr_frames = in[5] % 5,
		.frame = gfn_of(in[6]) % 8,
		.frame_list = in[5] & 0x80 ? 0 : list_at(0),
	};

	for (unsigned i = 0; i < 4; i++)
		((uint64_t *)list(0))[i] = gfn_of(in[7 + i]);
	memcpy(memory, &r, sizeof(r));
	run(XENMEM_acquire_resource);
}

/* The bytes as they are, as argument of any operation at any progress. */
static void anything(const uint8_t *in)
{
	memset(memory, 0, 64);
	memcpy(memory, in + 4, STEP - 4);
	memcpy(memory + 16, in, STEP);
	do_memory_op(in[2] | (unsigned)in[3] << 6, MEMORY);
}

static void step(const uint8_t *in)
{
	static void (*const kinds[])(const uint8_t *in) = { reservation, add,     add_batch,
							    remove_one,  acquire, anything };

	run_as(domains[in[0] % FAKE_DOMAINS]);
	fake_preempt_after = in[1] & 0x80 ? in[1] >> 4 & 3 : -1;
	kinds[(in[1] & 0xf) % ARRAY_SIZE(kinds)](in);
	check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	machine_reset();
	for (unsigned i = 0; i < FAKE_DOMAINS; i++) {
		domains[i] = machine_domain((domid_t)i);
		domains[i]->max_pages = 100;
	}
	for (uint64_t i = 0; i < 4; i++) {
		give_ram(domains[0], FAKE_GFNS - 16 + i, FAKE_GFNS - 16 + i);
		give_ram(domains[1], i, 0);
		give_ram(domains[2], 32 + i, 0);
	}
	for (size_t at = 0; at + STEP <= size; at += STEP)
		step(data + at);
	run_as(domains[0]);
	machine_check_no_leaks();
	return 0;
}
