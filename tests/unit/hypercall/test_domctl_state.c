// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a toolstack reads and writes of a domain: its memory, by a copy that may be interrupted, its
 * frames' types, its CPUID policy and its vCPUs' saved state.
 */
#include "fake_control.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/memory.h"
#include "cpuid.h"
#include "hvm_context.h"
#include "hypercall.h"
#include "memory_map.h"

/* --- guest memory ----------------------------------------------------------------------------- */

static struct xen_domctl_gdbsx_memio *memio(uint64_t gva, uint32_t len, bool write)
{
	memset(&op.u, 0, sizeof(op.u));
	op.u.gdbsx_guest_memio = (struct xen_domctl_gdbsx_memio){
		.gva = gva, .uva = MEMORY + 8192, .len = len, .gwr = write
	};
	return &op.u.gdbsx_guest_memio;
}

static void test_guest_memory_is_written_and_read(void **state)
{
	uint8_t *page;

	give_ram(guest, 16, 0);
	give_ram(guest, 17, 0);
	guest->controller_pauses = 1;
	for (unsigned i = 0; i < 5000; i++)
		memory[8192 + i] = (uint8_t)(i * 7);
	memio(16 * 4096 + 100, 5000, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(op.u.gdbsx_guest_memio.remain, 0);
	page = mfn_to_virt(MFN(mfn_at(guest, 16)));
	assert_memory_equal(page + 100, memory + 8192, 4096 - 100);
	page = mfn_to_virt(MFN(mfn_at(guest, 17)));
	assert_memory_equal(page, memory + 8192 + 3996, 5000 - 3996);
	memset(memory + 8192, 0, 5000);
	memio(16 * 4096 + 100, 5000, false);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(memory[8192 + 4999], (uint8_t)(4999 * 7));
	assert_int_equal(refs_of(mfn_at(guest, 16)), 1);
}

static void test_guest_memory_stops_at_a_hole(void **state)
{
	give_ram(guest, 16, 0);
	guest->controller_pauses = 1;
	memio(16 * 4096, 8192, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EFAULT);
	assert_int_equal(op.u.gdbsx_guest_memio.remain, 4096);
	memio(~0ul - 100, 4096, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EINVAL);
	memio(16 * 4096, 100, true)->uva = 0;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EFAULT);
	memio(16 * 4096, 100, true)->pgd3val = 1;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EOPNOTSUPP);
	guest_cr0 = 0x80000011;
	memio(16 * 4096, 100, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EOPNOTSUPP);
	guest->controller_pauses = 0;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EBUSY);
}

static void test_a_long_copy_is_interrupted_and_goes_on(void **state)
{
	struct xen_domctl_gdbsx_memio *m;

	for (unsigned i = 0; i < 200; i++)
		give_ram(guest, 100 + i, 0);
	for (unsigned i = 0; i < 800000; i++)
		memory[8192 + i] = (uint8_t)(i >> 12);
	guest->controller_pauses = 1;
	m = memio(100 * 4096, 800000, true);
	fake_preempt_after = 0; /* asked after each 256 KiB */
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -ERESTART);
	assert_int_equal(m->gva, 100 * 4096 + (256 << 10));
	assert_int_equal(m->len, 800000 - (256 << 10));
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(m->remain, 0);
	for (unsigned i = 0; i < 195; i++)
		assert_int_equal(*(uint8_t *)mfn_to_virt(MFN(mfn_at(guest, 100 + i))), i);
}

static void test_physical_access_needs_no_pause(void **state)
{
	give_ram(guest, 16, 0);
	guest_cr0 = 0x80000011;
	*(uint8_t *)mfn_to_virt(MFN(mfn_at(guest, 16))) = 0x5a;
	memio(16 * 4096, 4096, false)->pgd3val = SOCLE_GDBSX_PHYSICAL;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(memory[8192], 0x5a);
	memio(17 * 4096, 4096, false)->pgd3val = SOCLE_GDBSX_PHYSICAL;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EFAULT);
}

static void test_page_types(void **state)
{
	struct xen_domctl_getpageframeinfo3 *g = &op.u.getpageframeinfo3;
	uint64_t *list = (uint64_t *)(memory + 4096);

	memset(&op.u, 0, sizeof(op.u));
	give_ram(guest, 16, 0);
	give_ram(guest, 85, 0);
	give_ram(guest, 86, 0);
	mfn_to_page(MFN(mfn_at(guest, 86)))->flags |= PAGE_XENHEAP;
	g->array = MEMORY + 4096;
	g->num = 72; /* more than one batch */
	for (unsigned i = 0; i < 72; i++)
		list[i] = 16 + i;
	list[1] = ~0ul;
	assert_int_equal(domctl(XEN_DOMCTL_getpageframeinfo3, 1), 0);
	for (unsigned i = 0; i < 72; i++)
		assert_int_equal(list[i], i == 0 || i == 69 ? XEN_DOMCTL_PFINFO_NOTAB
							    : XEN_DOMCTL_PFINFO_XTAB);
	assert_int_equal(refs_of(mfn_at(guest, 16)), 1);
	mfn_to_page(MFN(mfn_at(guest, 86)))->flags &= ~PAGE_XENHEAP;
	g->num = 1025;
	assert_int_equal(domctl(XEN_DOMCTL_getpageframeinfo3, 1), -E2BIG);
	g->num = 1;
	g->array = 0;
	assert_int_equal(domctl(XEN_DOMCTL_getpageframeinfo3, 1), -EFAULT);
}

/* --- the log of writes ------------------------------------------------------------------------ */

static struct xen_domctl_shadow_op *shadow(uint32_t what, uint64_t bitmap, uint64_t pages)
{
	memset(&op.u, 0, sizeof(op.u));
	op.u.shadow_op.op = what;
	op.u.shadow_op.dirty_bitmap = bitmap;
	op.u.shadow_op.pages = pages;
	return &op.u.shadow_op;
}

static long shadow_op(uint32_t what, uint64_t bitmap, uint64_t pages)
{
	shadow(what, bitmap, pages);
	return domctl(XEN_DOMCTL_shadow_op, 1);
}

static void test_the_log_is_on_or_off(void **state)
{
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_OFF, 0, 0), 0);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY, 64), -EINVAL);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_PEEK, MEMORY, 64), -EINVAL);
	assert_int_equal(scans[P2M_SCAN_CLEAN] + scans[P2M_SCAN_PEEK] + scans[P2M_SCAN_STOP], 0);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE, 0, 0), -EINVAL);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, 0, 0), 0);
	assert_true(guest->p2m.log_dirty);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, 0, 0), -EINVAL);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_OFF, 0, 0), 0);
	assert_false(guest->p2m.log_dirty);
	shadow(XEN_DOMCTL_SHADOW_OP_ENABLE, 0, 0)->mode = XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY;
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), 0);
	assert_true(guest->p2m.log_dirty);
	assert_int_equal(shadow_op(99, 0, 0), -EOPNOTSUPP);
}

static void test_the_log_is_read(void **state)
{
	const uint64_t pages = 5000;
	unsigned told = 0;

	shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, 0, 0);
	guest->p2m.write_faults = 7;
	memset(memory + 4096, 0x55, 1024);
	shadow(XEN_DOMCTL_SHADOW_OP_PEEK, MEMORY + 4096, pages)->mode =
		XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL;
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), 0);
	assert_int_equal(op.u.shadow_op.stats.fault_count, 7);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY + 4096, pages), 0);
	for (unsigned i = 0; i < pages; i++) {
		bool set = memory[4096 + i / 8] >> i % 8 & 1;

		assert_int_equal(set, i % 33 == 0);
		told += set;
	}
	assert_int_equal(memory[4096 + pages / 8], 0x55); /* and not beyond */
	assert_int_equal(op.u.shadow_op.pages, pages);
	assert_int_equal(op.u.shadow_op.stats.dirty_count, told);
	assert_int_equal(op.u.shadow_op.stats.fault_count, 7);
	assert_int_equal(guest->p2m.write_faults, 0);
	/* Only the figures. */
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_CLEAN, 0, pages), 0);
	assert_int_equal(op.u.shadow_op.stats.dirty_count, told);

	shadow(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY, 64)->mode = 2;
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), -EINVAL);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY, 1ul << 41), -EINVAL);
}

static void test_reading_the_log_is_interrupted(void **state)
{
	shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, 0, 0);
	scans[P2M_SCAN_CLEAN] = 0;
	memset(memory + 4096, 0, 1024);
	shadow(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY + 4096, 3 * 1024);
	fake_preempt_after = 1;
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), -ERESTART);
	assert_int_equal(scans[P2M_SCAN_CLEAN], 2);
	assert_int_equal(memory[4096 + 2 * 128], 0);
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), 0);
	assert_int_equal(scans[P2M_SCAN_CLEAN], 3);
	assert_int_equal(op.u.shadow_op.stats.dirty_count, 3 * 1024 / 33 + 1);
	assert_int_equal(op.u.shadow_op.pages, 3 * 1024);
	assert_int_equal(op.u.shadow_op.mb, 0);
	for (unsigned i = 0; i < 3 * 1024; i++)
		assert_int_equal(memory[4096 + i / 8] >> i % 8 & 1, i % 33 == 0);
}

static void test_what_was_not_told_is_kept(void **state)
{
	give_ram(guest, 33, 0);
	give_ram(guest, 34, 0);
	shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, 0, 0);
	assert_int_equal(shadow_op(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY + MEMORY_SIZE, 64), -EFAULT);
	assert_true(mfn_to_page(MFN(mfn_at(guest, 33)))->flags & PAGE_WRITTEN);
	assert_false(mfn_to_page(MFN(mfn_at(guest, 34)))->flags & PAGE_WRITTEN);
	assert_int_equal(refs_of(mfn_at(guest, 33)), 1);
	/* The same call again goes on where there was no memory. */
	shadow(XEN_DOMCTL_SHADOW_OP_CLEAN, MEMORY + MEMORY_SIZE - 128, 2048);
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), -EFAULT);
	assert_int_equal(op.u.shadow_op.mb, 1);
	op.u.shadow_op.dirty_bitmap = MEMORY + 4096;
	assert_int_equal(domctl(XEN_DOMCTL_shadow_op, 1), 0);
	assert_int_equal(op.u.shadow_op.stats.dirty_count, 2047 / 33 + 1);
	assert_int_equal(memory[4096 + 1056 / 8], 1);
}

/* --- CPUID policy, context -------------------------------------------------------------------- */

static void test_policy_in_and_out(void **state)
{
	struct xen_domctl_cpu_policy *c = &op.u.cpu_policy;
	struct xen_cpuid_leaf *leaf = (struct xen_cpuid_leaf *)(memory + 4096);
	uint32_t nr;

	memset(&op.u, 0, sizeof(op.u));
	assert_int_equal(domctl(XEN_DOMCTL_get_cpu_policy, 1), 0);
	nr = c->nr_leaves;
	assert_in_range(nr, 10, 256);
	c->leaves = MEMORY + 4096;
	c->nr_leaves = nr - 1;
	assert_int_equal(domctl(XEN_DOMCTL_get_cpu_policy, 1), -ENOBUFS);
	c->nr_leaves = nr;
	assert_int_equal(domctl(XEN_DOMCTL_get_cpu_policy, 1), 0);
	assert_int_equal(leaf[0].leaf, 0);
	assert_int_equal(leaf[nr - 1].leaf, 0xb); /* this host has no more */
	/* The same again is fine; a feature that the host has not is not. */
	c->nr_msrs = 0;
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), 0);
	assert_int_equal(c->err_leaf, XEN_CPUID_INPUT_UNUSED);
	leaf[1].c |= 1u << 28;
	assert_int_equal(leaf[1].leaf, 1);
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -EINVAL);
	assert_int_equal(c->err_leaf, 1);
	assert_false(guest->hvm.cpuid->basic[1].c & 1u << 28);
	leaf[1].c &= ~(1u << 28);
	leaf[1].leaf = 0x1234;
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -ERANGE);
	assert_int_equal(c->err_leaf, 0x1234);
	c->nr_leaves = ~0u;
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -E2BIG);
	c->nr_leaves = 0;
	guest->vcpu[0]->runstate.time[0] = 1; /* it has run */
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -EEXIST);
}

static void test_context_buffers(void **state)
{
	struct xen_domctl_hvmcontext *h = &op.u.hvmcontext;

	memset(&op.u, 0, sizeof(op.u));
	assert_int_equal(domctl(XEN_DOMCTL_gethvmcontext, 1), 0);
	assert_int_equal(h->size, 100);
	h->buffer = MEMORY + 4096;
	h->size = 59;
	assert_int_equal(domctl(XEN_DOMCTL_gethvmcontext, 1), -ENOSPC);
	h->size = 100;
	assert_int_equal(domctl(XEN_DOMCTL_gethvmcontext, 1), 0);
	assert_int_equal(h->size, 60);
	assert_int_equal(memory[4096 + 59], 0x5a);
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), 0);
	assert_int_equal(pauses, 0);
	h->size = 0;
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), -EINVAL);
	h->size = HVM_CONTEXT_MAX + 1;
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), -EINVAL);
	h->size = 100;
	h->buffer = MEMORY + MEMORY_SIZE - 50;
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), -EFAULT);
}

/* --- virtual NUMA ----------------------------------------------------------------------------- */

#define DISTANCES 4096u /* offsets into the caller's memory */
#define NODE_OF   4200u
#define RANGES    4400u

static const uint32_t distances[] = { 10, 20, 20, 10 };
static struct xen_vmemrange ranges[] = { { 0, 1 << 30, 0, 0 }, { 1UL << 32, 5UL << 30, 0, 1 } };

static struct xen_domctl_vnuma *two_nodes(void)
{
	memset(&op.u, 0, sizeof(op.u));
	op.u.vnuma = (struct xen_domctl_vnuma){ .nr_vnodes = 2,
						.nr_vmemranges = 2,
						.nr_vcpus = guest->max_vcpus,
						.vdistance = MEMORY + DISTANCES,
						.vcpu_to_vnode = MEMORY + NODE_OF,
						.vmemrange = MEMORY + RANGES };
	memcpy(memory + DISTANCES, distances, sizeof(distances));
	memset(memory + NODE_OF, 0, 4 * guest->max_vcpus);
	memory[NODE_OF] = 1; /* the first vCPU's */
	memcpy(memory + RANGES, ranges, sizeof(ranges));
	return &op.u.vnuma;
}

static long vnuma_ask(uint32_t nodes, domid_t id, struct xen_vnuma_topology_info *t)
{
	long rc;

	*t = (struct xen_vnuma_topology_info){ .domid = id,
					       .nr_vnodes = nodes,
					       .nr_vcpus = 8,
					       .nr_vmemranges = 8,
					       .vdistance.h = MEMORY + DISTANCES,
					       .vcpu_to_vnode.h = MEMORY + NODE_OF,
					       .vmemrange.h = MEMORY + RANGES };
	memset(memory + DISTANCES, 0xee, 4096);
	memcpy(memory, t, sizeof(*t));
	rc = do_memory_op(XENMEM_get_vnumainfo, MEMORY);
	memcpy(t, memory, sizeof(*t));
	return rc;
}

static void vnuma_free(void)
{
	object_free(guest->vnuma, sizeof(*guest->vnuma));
	guest->vnuma = NULL;
}

static void test_virtual_nodes_reach_the_guest(void **state)
{
	struct xen_vnuma_topology_info t;

	assert_int_equal(vnuma_ask(8, 1, &t), -EOPNOTSUPP);
	two_nodes();
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), 0);
	two_nodes();
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EEXIST);
	run_as(guest);
	assert_int_equal(vnuma_ask(1, DOMID_SELF, &t), -ENOBUFS);
	assert_true(t.nr_vnodes == 2 && t.nr_vmemranges == 2 && t.nr_vcpus == guest->max_vcpus);
	assert_int_equal(memory[DISTANCES], 0xee);
	assert_int_equal(vnuma_ask(8, DOMID_SELF, &t), 0);
	assert_int_equal(t.nr_vnodes, 2);
	assert_memory_equal(memory + DISTANCES, distances, sizeof(distances));
	assert_int_equal(memory[NODE_OF], 1);
	assert_memory_equal(memory + RANGES, ranges, sizeof(ranges));
	assert_int_equal(vnuma_ask(8, 0, &t), -EPERM);
	assert_int_equal(do_memory_op(XENMEM_get_vnumainfo, 0), -EFAULT);
	vnuma_free();
}

static void test_nodes_that_cannot_be(void **state)
{
	two_nodes()->nr_vnodes = 0;
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	two_nodes()->nr_vnodes = VNUMA_NODES + 1;
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	two_nodes()->nr_vmemranges = VNUMA_RANGES + 1;
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	two_nodes()->nr_vcpus++;
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	two_nodes()->vdistance = 0;
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EFAULT);
	two_nodes();
	memory[NODE_OF] = 2;
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	two_nodes();
	memset(memory + RANGES + 8, 0, 8); /* an end before its start */
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	two_nodes();
	memory[RANGES + 20] = 2; /* the node */
	assert_int_equal(domctl(XEN_DOMCTL_setvnumainfo, 1), -EINVAL);
	assert_null(guest->vnuma);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_guest_memory_is_written_and_read),
		TEST(test_guest_memory_stops_at_a_hole),
		TEST(test_a_long_copy_is_interrupted_and_goes_on),
		TEST(test_physical_access_needs_no_pause),
		TEST(test_page_types),
		TEST(test_the_log_is_on_or_off),
		TEST(test_the_log_is_read),
		TEST(test_reading_the_log_is_interrupted),
		TEST(test_what_was_not_told_is_kept),
		TEST(test_policy_in_and_out),
		TEST(test_context_buffers),
		TEST(test_virtual_nodes_reach_the_guest),
		TEST(test_nodes_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
