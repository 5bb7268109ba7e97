// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Structures with words, from callers of both modes: where each field is found, what is left of a
 * value that does not fit, and that nothing beside the structure is touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "abi/grant_table.h"
#include "abi/memory.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "abi/xen.h"
#include "domain.h"
#include "guest_access.h"
#include "guest_struct.h"
#include "log.h"

static struct vcpu v;
static uint8_t memory[256];

struct vcpu *vcpu_current(void)
{
	return &v;
}

void panic(const char *fmt, ...)
{
	fail_msg("panic: %s", fmt);
	__builtin_trap();
}

int guest_copy_from(void *dst, uint64_t va, size_t len)
{
	if (va > sizeof(memory) || len > sizeof(memory) - va)
		return -EFAULT;
	memcpy(dst, memory + va, len);
	return 0;
}

int guest_copy_to(uint64_t va, const void *src, size_t len)
{
	if (va > sizeof(memory) || len > sizeof(memory) - va)
		return -EFAULT;
	memcpy(memory + va, src, len);
	return 0;
}

static int setup(void **state)
{
	memset(memory, 0xee, sizeof(memory));
	v.hvm.call_is_32bit = true;
	return 0;
}

/* Both sizes as a compiler for each mode computes them. */
static void test_sizes(void **state)
{
	static const struct {
		const char *fields;
		size_t size64, size32;
	} known[] = {
		{ FIELDS_memory_reservation, sizeof(struct xen_memory_reservation), 20 },
		{ FIELDS_add_to_physmap, sizeof(struct xen_add_to_physmap), 16 },
		{ FIELDS_add_to_physmap_batch, sizeof(struct xen_add_to_physmap_batch), 20 },
		{ FIELDS_remove_from_physmap, sizeof(struct xen_remove_from_physmap), 8 },
		{ FIELDS_memory_map, sizeof(struct xen_memory_map), 8 },
		{ FIELDS_foreign_memory_map, sizeof(struct xen_foreign_memory_map), 12 },
		{ FIELDS_setup_table, sizeof(struct gnttab_setup_table), 16 },
		{ FIELDS_get_status_frames, sizeof(struct gnttab_get_status_frames), 12 },
		{ FIELDS_transfer, sizeof(struct gnttab_transfer), 16 },
		{ FIELDS_grant_copy, sizeof(struct gnttab_copy), 24 },
		{ FIELDS_poll, sizeof(struct sched_poll), 16 },
		{ FIELDS_runstate, sizeof(struct vcpu_runstate_info), 44 },
		{ FIELDS_set_singleshot_timer, sizeof(struct vcpu_set_singleshot_timer), 12 },
		{ FIELDS_multicall_entry, sizeof(struct multicall_entry), 32 },
		{ FIELDS_word, 8, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		v.hvm.call_is_32bit = false;
		assert_int_equal(guest_struct_size(known[i].fields), known[i].size64);
		v.hvm.call_is_32bit = true;
		assert_int_equal(guest_struct_size(known[i].fields), known[i].size32);
	}
}

static void test_64_bit_callers_see_our_own(void **state)
{
	struct sched_poll in = { 0x1122334455667788, 3, ~0ul }, out;

	v.hvm.call_is_32bit = false;
	assert_int_equal(guest_struct_to(8, &in, FIELDS_poll), 0);
	assert_memory_equal(memory + 8, &in, sizeof(in));
	assert_int_equal(guest_struct_from(&out, 8, FIELDS_poll), 0);
	assert_memory_equal(&out, &in, sizeof(in));
}

static void test_fields_from_32_bits(void **state)
{
	static const uint32_t poll[] = { 0xfffff000, 2, 0x89abcdef, 0x01234567 };
	static const uint32_t map[] = { 0xeeee7ff0, 5, 0x80001000 };
	struct xen_foreign_memory_map f;
	struct sched_poll s;

	memcpy(memory, poll, sizeof(poll));
	assert_int_equal(guest_struct_from(&s, 0, FIELDS_poll), 0);
	assert_int_equal(s.ports, 0xfffff000);
	assert_int_equal(s.nr_ports, 2);
	assert_int_equal(s.timeout, 0x0123456789abcdef);

	memcpy(memory + 1, map, sizeof(map));
	memset(&f, 0xff, sizeof(f));
	assert_int_equal(guest_struct_from(&f, 1, FIELDS_foreign_memory_map), 0);
	assert_int_equal(f.domid, DOMID_SELF);
	assert_int_equal(f.map.nr_entries, 5);
	assert_int_equal(f.map.buffer, 0x80001000);
}

static void test_arrays_there_and_back(void **state)
{
	struct gnttab_copy c[3], back[3];

	memset(c, 0, sizeof(c));
	for (unsigned i = 0; i < 3; i++) {
		c[i].source.u.gmfn = 0x1000 + i;
		c[i].source.domid = 7;
		c[i].source.offset = (uint16_t)(100 * i);
		c[i].dest.u.gmfn = 0xfffffff0 + i;
		c[i].dest.offset = 9;
		c[i].len = (uint16_t)i;
		c[i].flags = GNTCOPY_source_gref;
		c[i].status = GNTST_bad_page;
	}
	assert_int_equal(guest_structs_copy_to(4, c, sizeof(c[0]), FIELDS_grant_copy, 3), 0);
	assert_int_equal(memory[3], 0xee);
	assert_int_equal(memory[4 + 3 * 24], 0xee);
	assert_int_equal(*(uint16_t *)(memory + 4 + 24 + 6), 100); /* source.offset of the second */
	assert_int_equal(*(int16_t *)(memory + 4 + 24 + 20), GNTST_bad_page);
	assert_int_equal(guest_structs_copy_from(back, sizeof(back[0]), 4, FIELDS_grant_copy, 3),
			 0);
	assert_memory_equal(back, c, sizeof(c));
}

static void test_what_does_not_fit_is_cut(void **state)
{
	uint64_t word = INVALID_GFN.n;

	assert_int_equal(guest_word_to(0, 1, word), 0);
	assert_int_equal(*(uint32_t *)memory, 0xeeeeeeee);
	assert_int_equal(*(uint32_t *)(memory + 4), 0xffffffff);
	assert_int_equal(*(uint32_t *)(memory + 8), 0xeeeeeeee);
	assert_int_equal(guest_word_from(&word, 0, 1), 0);
	assert_int_equal(word, 0xffffffff);
	v.hvm.call_is_32bit = false;
	assert_int_equal(guest_word_from(&word, 0, 1), 0);
	assert_int_equal(word, 0xeeeeeeeeeeeeeeee);
}

static void test_bad_addresses(void **state)
{
	struct xen_memory_map m = { 0 };
	uint64_t word;

	assert_int_equal(guest_struct_from(&m, sizeof(memory) - 7, FIELDS_memory_map), -EFAULT);
	assert_int_equal(guest_struct_from(&m, sizeof(memory) - 8, FIELDS_memory_map), 0);
	assert_int_equal(guest_struct_to(sizeof(memory) - 7, &m, FIELDS_memory_map), -EFAULT);
	assert_int_equal(guest_word_from(&word, sizeof(memory), 0), -EFAULT);
	assert_int_equal(guest_word_to(sizeof(memory) - 4, 1, 1), -EFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sizes, setup),
		cmocka_unit_test_setup(test_64_bit_callers_see_our_own, setup),
		cmocka_unit_test_setup(test_fields_from_32_bits, setup),
		cmocka_unit_test_setup(test_arrays_there_and_back, setup),
		cmocka_unit_test_setup(test_what_does_not_fit_is_cut, setup),
		cmocka_unit_test_setup(test_bad_addresses, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
