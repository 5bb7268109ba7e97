// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Grant tables: three domains that write their tables as they like, make any grant_table_op in any
 * order, and die in the middle of it. The fake memory stops the program when a frame is freed that
 * anybody can still reach. Input: a row of steps of 16 bytes.
 */
#include "unit/grant/fake_memory.h"

#include "fuzz.h"

#include <errno.h>
#include <string.h>

#define REFS 24

static struct domain **const all[] = { &dom0, &granter, &mapper };

static bool is_alive(const struct domain *d)
{
	return d && !d->is_dying;
}

/* --- what must hold --------------------------------------------------------------------------- */

/* Every pin has a page that is in use, and who made it may still be told so. */
static void check_domain(struct domain *d)
{
	struct grant_table *gt = d->grant;
	unsigned nr = gt->nr_active_pages * (unsigned)ACTIVE_PER_PAGE;

	MUST(gt->version == 1 || gt->version == 2);
	for (unsigned kind = ENTRY_FRAMES; kind <= STATUS_FRAMES; kind++)
		MUST(gt->frames[kind].nr <= gt->frames[kind].max);
	MUST(grant_nr_entries(gt) <= nr);
	for (grant_ref_t ref = 0; ref < nr; ref++) {
		const struct grant_active *act = grant_active(gt, ref);

		if (!grant_is_pinned(act))
			continue;
		MUST(ref < grant_nr_entries(gt));
		MUST(fake_page_count(MFN(act->mfn)) > 0);
		MUST(act->offset + act->length <= (int)PAGE_SIZE);
		MUST(!act->writers || act->writable);
	}
}

/* --- steps ------------------------------------------------------------------------------------ */

static domid_t domid_of(uint8_t byte)
{
	return byte % 8 == 7 ? DOMID_SELF : byte % 4;
}

static uint64_t gfn_of(uint8_t byte)
{
	return byte & 0x80 ? byte & 0x1f : HOLE + byte % 16;
}

static void write_entry(struct domain *d, const uint8_t *in)
{
	grant_ref_t ref = in[2] % REFS;
	uint16_t flags = in[3] | (in[4] & 1) << 8;

	if (d->grant->version == 1) {
		*entry_v1(d, ref) = (struct grant_entry_v1){ flags, domid_of(in[5]),
							     (uint32_t)gfn_of(in[6]) };
	} else {
		union grant_entry_v2 *e = entry_v2(d, ref);

		e->sub_page.hdr.flags = flags;
		e->sub_page.hdr.domid = domid_of(in[5]);
		e->sub_page.page_off = (uint16_t)(in[7] << 8 | in[8]);
		e->sub_page.length = (uint16_t)(in[9] << 8 | in[10]);
		e->sub_page.frame = gfn_of(in[6]);
		*status_v2(d, ref) = in[11];
	}
}

static void map_or_unmap(struct domain *d, const uint8_t *in)
{
	struct gnttab_map_grant_ref map[2];
	struct gnttab_unmap_grant_ref unmap[2];

	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *p = in + 3 + 6 * i;

		map[i] = (struct gnttab_map_grant_ref){ .host_addr = gfn_of(p[0]) << PAGE_SHIFT,
							.flags = p[1],
							.ref = p[2] % REFS,
							.dom = domid_of(p[3]) };
		unmap[i] = (struct gnttab_unmap_grant_ref){ .host_addr = gfn_of(p[0]) << PAGE_SHIFT,
							    .dev_bus_addr = p[4],
							    .handle = p[5] % 16 };
	}
	if (in[2] & 1)
		grant_call(d, GNTTABOP_map_grant_ref, map, 1 + (in[2] >> 1 & 1));
	else
		grant_call(d, GNTTABOP_unmap_grant_ref, unmap, 1 + (in[2] >> 1 & 1));
}

static void copy(struct domain *d, const uint8_t *in)
{
	struct gnttab_copy op[2] = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		op[i].flags = in[2] >> (2 * i) & 3;
		op[i].source.domid = domid_of(in[3]);
		op[i].source.u.gmfn = op[i].flags & GNTCOPY_source_gref ? in[4] % REFS
									: gfn_of(in[4]);
		op[i].source.offset = (uint16_t)(in[5] << 8 | in[6]);
		op[i].dest.domid = domid_of(in[7]);
		op[i].dest.u.gmfn = op[i].flags & GNTCOPY_dest_gref ? in[8] % REFS : gfn_of(in[8]);
		op[i].dest.offset = (uint16_t)(in[9] << 8 | in[10]);
		op[i].len = (uint16_t)((in[11] << 8 | in[12]) + i);
	}
	grant_call(d, GNTTABOP_copy, op, 2);
}

static void transfer(struct domain *d, const uint8_t *in)
{
	struct gnttab_transfer op[2];

	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *p = in + 4 + 3 * i;

		op[i] = (struct gnttab_transfer){ .mfn = gfn_of(p[0]),
						  .domid = domid_of(p[1]),
						  .ref = p[2] % REFS };
	}
	fake_room = in[3] & 1 ? in[3] >> 1 & 1 : -1;
	grant_call(d, GNTTABOP_transfer, op, 2);
	fake_room = -1;
}

/* Everything else takes small numbers. */
static void other(struct domain *d, const uint8_t *in)
{
	uint64_t out[8];
	uint32_t arg[8] = { 0 };

	for (unsigned i = 0; i < 6; i++)
		arg[i] = in[4 + i] % 32;
	if (in[2] == GNTTABOP_setup_table || in[2] == GNTTABOP_get_status_frames) {
		uint64_t list = (uintptr_t)out;

		arg[in[2] == GNTTABOP_setup_table] %= 9; /* as many as out has room for */
		memcpy(&arg[in[2] == GNTTABOP_setup_table ? 4 : 2], &list, sizeof(list));
	}
	if (in[2] == GNTTABOP_map_grant_ref || in[2] == GNTTABOP_unmap_grant_ref ||
	    in[2] == GNTTABOP_copy)
		return;
	grant_call(d, in[2], arg, 1);
}

static void step(const uint8_t *in)
{
	struct domain **which = all[in[1] % ARRAY_SIZE(all)], *d = *which;

	if (!is_alive(d))
		return;
	fake_alloc_budget = in[15] > 0xf0 ? in[15] - 0xf1 : -1;
	fake_preempt_budget = in[14] > 0xf0 ? in[14] - 0xf1 : -1;
	fake_map_result = in[13] == 0xff ? -ENOMEM : 0;
	switch (in[0] % 8) {
	case 0:
	case 1:
		fake_alloc_budget = -1;
		write_entry(d, in);
		break;
	case 2:
	case 3:
	case 4: map_or_unmap(d, in); break;
	case 5: copy(d, in); break;
	case 6:
		if (in[2] == GNTTABOP_transfer)
			transfer(d, in);
		else
			other(d, in);
		break;
	case 7:
		fake_preempt_budget = -1;
		if (in[2] % 16 == 0)
			domain_dies(which);
		break;
	}
	fake_map_result = 0;
	fake_alloc_budget = fake_preempt_budget = -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	grant_setup(NULL);
	for (; size >= 16; data += 16, size -= 16)
		step(data);
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
		if (*all[i])
			check_domain(*all[i]);
	grant_teardown(NULL);
	return 0;
}
