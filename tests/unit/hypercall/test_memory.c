// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other questions of memory_op: resources, memory maps, claims, and how much there is.
 */
#include "memory_caller.h"

#include <string.h>

#include "abi/errno.h"
#include "memory_map.h"

/* --- resources -------------------------------------------------------------------------------- */

static long acquire(struct xen_mem_acquire_resource *r)
{
	long rc;

	memcpy(memory, r, sizeof(*r));
	rc = do_memory_op(XENMEM_acquire_resource, MEMORY);
	memcpy(r, memory, sizeof(*r));
	return rc;
}

static void test_acquire_grant_table(void **state)
{
	struct xen_mem_acquire_resource r = { .domid = 1, .type = XENMEM_resource_grant_table };
	mfn_t mfn;

	assert_int_equal(acquire(&r), 0);
	assert_int_equal(r.nr_frames, 4);
	r.frame_list = list_at(0);
	r.nr_frames = 2;
	gfns((uint64_t[]){ 5000, 5001 }, 2);
	assert_int_equal(acquire(&r), 0);
	grant_frame_get(guest, 1, false, &mfn);
	assert_int_equal(mfn_at(dom0, 5001), mfn.n);
	assert_int_equal(type_at(dom0, 5001), P2M_FOREIGN);
	assert_int_equal(refs_of(mfn.n), 2);
	assert_int_equal(unplace(DOMID_SELF, 5001), 0);
	assert_int_equal(refs_of(mfn.n), 1);
}

static void test_acquire_refuses(void **state)
{
	struct xen_mem_acquire_resource good = { .domid = 1,
						 .type = XENMEM_resource_grant_table,
						 .nr_frames = 1,
						 .frame_list = list_at(0) },
					r;

	r = good;
	r.frame = 4;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.frame = ~0ul;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.pad = 1;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.id = 2;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.type = XENMEM_resource_ioreq_server;
	r.nr_frames = 1;
	assert_int_equal(acquire(&r), -EINVAL); /* there is none */
	r = good;
	r.type = XENMEM_resource_vmtrace_buf;
	assert_int_equal(acquire(&r), -EOPNOTSUPP);
	r = good;
	r.frame_list = 0;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.frame_list = MEMORY + MEMORY_SIZE;
	assert_int_equal(acquire(&r), -EFAULT);
	run_as(guest);
	r = good;
	assert_int_equal(acquire(&r), -EPERM);
}

/* --- questions and maps ----------------------------------------------------------------------- */

static void test_memory_map_goes_from_toolstack_to_guest(void **state)
{
	struct xen_foreign_memory_map f = { .domid = 1,
					    .map = { .nr_entries = 2, .buffer = list_at(0) } };
	struct e820_entry e[2] = { { 0, 0xa0000, 1 }, { 0xfc000000, 0x1000, 3 } };
	struct xen_memory_map m = { .nr_entries = 1, .buffer = list_at(1) };

	run_as(guest);
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_memory_map, MEMORY), -ENOSYS); /* not set */
	run_as(dom0);
	memcpy(LIST(struct e820_entry, 0), e, sizeof(e));
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), 0);
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), 0); /* replaces */
	run_as(guest);
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_memory_map, MEMORY), 0);
	memcpy(&m, memory, sizeof(m));
	assert_int_equal(m.nr_entries, 1); /* as many as there was room for */
	assert_memory_equal(LIST(struct e820_entry, 1), &e[0], sizeof(e[0]));
	assert_int_equal(LIST(struct e820_entry, 1)[1].size, 0);
	m.buffer = 0;
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_memory_map, MEMORY), 0);
	memcpy(&m, memory, sizeof(m));
	assert_int_equal(m.nr_entries, 2);
	/* A boot loader tells the kernel behind it what it has placed: its own map, no other. */
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), 0);
	f.domid = 0;
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -EPERM);
}

static void test_hostile_memory_maps(void **state)
{
	struct xen_foreign_memory_map f = { .domid = 1,
					    .map = { .nr_entries = 1, .buffer = list_at(0) } };
	struct e820_entry e = { ~0ul - 4, 10, 1 };

	memcpy(LIST(struct e820_entry, 0), &e, sizeof(e));
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -EINVAL);
	f.map.nr_entries = E820_MAX_ENTRIES + 1;
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -E2BIG);
	f.map.nr_entries = 2;
	f.map.buffer = MEMORY + MEMORY_SIZE - 20;
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -EFAULT);
	assert_null(guest->e820);
}

static void test_machine_map_is_domain_0s(void **state)
{
	struct xen_memory_map m = { .nr_entries = 8, .buffer = list_at(0) };

	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_machine_memory_map, MEMORY), 0);
	assert_int_equal(((struct xen_memory_map *)memory)->nr_entries, 3);
	assert_int_equal(LIST(struct e820_entry, 0)[2].addr, 0x100000);
	m.nr_entries = 2;
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_machine_memory_map, MEMORY), -EINVAL);
	run_as(guest);
	assert_int_equal(do_memory_op(XENMEM_machine_memory_map, MEMORY), -EPERM);
}

static void test_claims(void **state)
{
	struct xen_memory_reservation r = { .nr_extents = 3000, .domid = 1 };

	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), 0);
	r.nr_extents = 3001;
	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), -ENOMEM);
	give_ram(guest, 1, 0);
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), 0);
	r.nr_extents = 0;
	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), 0);
	run_as(guest);
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), -EPERM);
}

/* libxl asks this for every change of a guest's size: see hypercall/memory.c. */
static void test_targets_on_demand(void **state)
{
	static const unsigned ops[] = { XENMEM_set_pod_target, XENMEM_get_pod_target };

	give_ram(guest, 77, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(ops); i++) {
		struct xen_pod_target t = {
			.target_pages = 1, .pod_cache_pages = 5, .pod_entries = 5, .domid = 1
		};

		memcpy(memory, &t, sizeof(t));
		assert_int_equal(do_memory_op(ops[i], MEMORY), 0);
		memcpy(&t, memory, sizeof(t));
		assert_int_equal(t.tot_pages, 1);
		assert_int_equal(t.pod_cache_pages, 0);
		assert_int_equal(t.pod_entries, 0);
		t.domid = 999;
		memcpy(memory, &t, sizeof(t));
		assert_int_equal(do_memory_op(ops[i], MEMORY), -ESRCH);
		assert_int_equal(do_memory_op(ops[i], 0), -EFAULT);
	}
	run_as(guest);
	assert_int_equal(do_memory_op(XENMEM_set_pod_target, MEMORY), -EPERM);
}

static void test_questions(void **state)
{
	struct xen_memory_domain m = { .domid = 1 };

	give_ram(guest, 77, 0);
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_current_reservation, MEMORY), 1);
	assert_int_equal(do_memory_op(XENMEM_maximum_reservation, MEMORY), 2048);
	assert_int_equal(do_memory_op(XENMEM_maximum_ram_page, 0), FAKE_FRAMES - 1);
	assert_int_equal(do_memory_op(XENMEM_get_vnumainfo, MEMORY), -EOPNOTSUPP);
	assert_int_equal(do_memory_op(XENMEM_exchange, MEMORY), -ENOSYS);
	assert_int_equal(do_memory_op(63, MEMORY), -ENOSYS);
	assert_int_equal(do_memory_op(XENMEM_current_reservation, 0), -EFAULT);
	run_as(other);
	assert_int_equal(do_memory_op(XENMEM_current_reservation, MEMORY), -EPERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_acquire_grant_table),
		TEST(test_acquire_refuses),
		TEST(test_memory_map_goes_from_toolstack_to_guest),
		TEST(test_hostile_memory_maps),
		TEST(test_machine_map_is_domain_0s),
		TEST(test_claims),
		TEST(test_targets_on_demand),
		TEST(test_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
