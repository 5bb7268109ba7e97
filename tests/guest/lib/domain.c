// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl and sysctl as a toolstack uses them, in the least form that starts a vCPU.
 */
#include "domain.h"

#include "abi/memory.h"
#include "clock.h"
#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"

#define GRANT_TABLE   0x66000UL
#define FOREIGN_GFN   0x68000UL /* where pages of others appear: no memory of ours is there */
#define FOREIGN_PAGES 64
#define EXTENTS_MAX   512

static uint64_t foreign_used; /* bit per page from FOREIGN_GFN on */

long domctl(unsigned cmd, domid_t domid, struct xen_domctl *op)
{
	op->cmd = cmd;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = domid;
	return hypercall1(__HYPERVISOR_domctl, (uint64_t)op);
}

long sysctl(unsigned cmd, struct xen_sysctl *op)
{
	op->cmd = cmd;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return hypercall1(__HYPERVISOR_sysctl, (uint64_t)op);
}

static void set_limits(domid_t domid, uint64_t pages)
{
	struct xen_domctl op = { .u.max_vcpus.max = 1 };

	CHECK_EQ(domctl(XEN_DOMCTL_max_vcpus, domid, &op), 0);
	op.u.max_mem.max_memkb = (pages + 16) * 4;
	CHECK_EQ(domctl(XEN_DOMCTL_max_mem, domid, &op), 0);
	/* libxl's share: a MiB for the vCPU and 8 KiB for each MiB of memory; with a minimum. */
	op.u.paging_mempool.size = (1 << 20) + (pages * 32 & -PAGE_SIZE);
	if (op.u.paging_mempool.size < 2 << 20)
		op.u.paging_mempool.size = 2 << 20;
	CHECK_EQ(domctl(XEN_DOMCTL_set_paging_mempool_size, domid, &op), 0);
}

domid_t domain_create_bare(void)
{
	struct xen_domctl op = { .u.createdomain = {
					 .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
					 .max_vcpus = 1,
					 .max_evtchn_port = 1023,
					 .max_grant_frames = 4,
					 .max_maptrack_frames = 4,
					 .grant_opts = XEN_DOMCTL_GRANT_version(1),
					 .arch.emulation_flags = XEN_X86_EMU_LAPIC,
				 } };

	CHECK_EQ(domctl(XEN_DOMCTL_createdomain, DOMID_INVALID, &op), 0);
	return op.domain;
}

domid_t domain_create_sized(unsigned extents, unsigned order)
{
	uint64_t gfns[EXTENTS_MAX];
	struct xen_memory_reservation memory = { .extent_start = (uint64_t)gfns,
						 .nr_extents = extents,
						 .extent_order = order };

	CHECK(extents <= EXTENTS_MAX, "too many");
	memory.domid = domain_create_bare();
	set_limits(memory.domid, (uint64_t)extents << order);
	for (unsigned i = 0; i < extents; i++)
		gfns[i] = (uint64_t)i << order;
	CHECK_EQ(memory_op(XENMEM_populate_physmap, &memory), extents);
	return memory.domid;
}

domid_t domain_create(void)
{
	return domain_create_sized(DOMAIN_PAGES, 0);
}

void domain_destroy(domid_t domid)
{
	struct xen_domctl op = { 0 };
	long rc;

	do {
		rc = domctl(XEN_DOMCTL_destroydomain, domid, &op);
	} while (rc == -EAGAIN);
	CHECK_EQ(rc, 0);
}

bool domain_exists(domid_t domid)
{
	struct xen_domctl op = { 0 };

	return domctl(XEN_DOMCTL_getdomaininfo, domid, &op) == 0 &&
	       op.u.getdomaininfo.domain == domid;
}

static struct xen_domctl_getdomaininfo domain_info(domid_t domid)
{
	struct xen_domctl op = { 0 };

	CHECK_EQ(domctl(XEN_DOMCTL_getdomaininfo, domid, &op), 0);
	return op.u.getdomaininfo;
}

uint32_t domain_flags(domid_t domid)
{
	return domain_info(domid).flags;
}

uint64_t domain_cpu_time(domid_t domid)
{
	return domain_info(domid).cpu_time;
}

int domain_shutdown_reason(domid_t domid)
{
	uint32_t flags = domain_flags(domid);

	if (!(flags & XEN_DOMINF_shutdown))
		return -1;
	return flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
}

uint64_t free_pages(void)
{
	struct xen_sysctl op = { 0 };

	CHECK_EQ(sysctl(XEN_SYSCTL_physinfo, &op), 0);
	return op.u.physinfo.free_pages; /* those still to be scrubbed are among them */
}

void *domain_map(domid_t domid, uint64_t gfn)
{
	unsigned slot = __builtin_ctzl(~foreign_used);
	uint64_t at = FOREIGN_GFN + slot;
	int error = 0;
	struct xen_add_to_physmap_batch op = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_gmfn_foreign,
		.size = 1,
		.u.foreign_domid = domid,
		.idxs = (uint64_t)&gfn,
		.gpfns = (uint64_t)&at,
		.errs = (uint64_t)&error,
	};

	CHECK(slot < FOREIGN_PAGES, "too many foreign pages");
	CHECK_EQ(memory_op(XENMEM_add_to_physmap_batch, &op), 0);
	CHECK_EQ(error, 0);
	foreign_used |= 1UL << slot;
	return (void *)(at << 12);
}

void domain_unmap(void *page)
{
	struct xen_remove_from_physmap op = { .domid = DOMID_SELF, .gpfn = page_gfn(page) };

	CHECK_EQ(memory_op(XENMEM_remove_from_physmap, &op), 0);
	foreign_used &= ~(1UL << (op.gpfn - FOREIGN_GFN));
}

/* The least saved state; each record is a multiple of 8 bytes, so that there is no padding. */
struct context {
	struct hvm_save_descriptor header_descriptor;
	struct hvm_save_header header;
	struct hvm_save_descriptor cpu_descriptor;
	struct hvm_hw_cpu cpu;
	struct hvm_save_descriptor end;
};

/* The page tables of 64-bit payloads: one 2 MiB page. */
#define PML4_GFN 4

static void make_page_tables(domid_t domid)
{
	uint64_t *table;

	for (unsigned level = 0; level < 3; level++) {
		table = domain_map(domid, PML4_GFN + level);
		table[0] = level == 2 ? 0x83 : (PML4_GFN + level + 1) << 12 | 3;
		domain_unmap(table);
	}
}

static void set_mode(struct hvm_hw_cpu *cpu, bool in_64bit)
{
	cpu->cr0 = in_64bit ? 0x80000011 : 0x11;
	cpu->cs_arbytes = in_64bit ? 0xa9b : 0xc9b;
	if (!in_64bit)
		return;
	cpu->cr3 = PML4_GFN << 12;
	cpu->cr4 = 0x20;
	cpu->msr_efer = 0x500;
}

static void set_registers(domid_t domid, bool in_64bit)
{
	static struct context context;
	struct xen_domctl op = { 0 };
	char *saved = page_alloc_many(4);

	op.u.hvmcontext.size = 4 * PAGE_SIZE;
	op.u.hvmcontext.buffer = (uint64_t)saved;
	CHECK_EQ(domctl(XEN_DOMCTL_gethvmcontext, domid, &op), 0);
	memset(&context, 0, sizeof(context));
	memcpy(&context, saved, sizeof(context.header_descriptor) + sizeof(context.header));
	context.cpu_descriptor = (struct hvm_save_descriptor){ HVM_SAVE_CODE_CPU, 0,
							       sizeof(context.cpu) };
	context.cpu.cs_limit = context.cpu.ds_limit = context.cpu.es_limit = context.cpu.ss_limit =
		0xffffffff;
	context.cpu.fs_limit = context.cpu.gs_limit = 0xffffffff;
	context.cpu.ds_arbytes = context.cpu.es_arbytes = context.cpu.ss_arbytes = 0xc93;
	context.cpu.fs_arbytes = context.cpu.gs_arbytes = 0xc93;
	context.cpu.tr_limit = 0x67;
	context.cpu.tr_arbytes = 0x8b;
	set_mode(&context.cpu, in_64bit);
	context.cpu.rflags = 2;
	context.cpu.rip = PAYLOAD_AT;
	context.cpu.rsp = PAYLOAD_DATA + PAGE_SIZE;
	context.cpu.dr6 = 0xffff0ff0;
	context.cpu.dr7 = 0x400;
	op.u.hvmcontext.size = sizeof(context);
	op.u.hvmcontext.buffer = (uint64_t)&context;
	CHECK_EQ(domctl(XEN_DOMCTL_sethvmcontext, domid, &op), 0);
}

/* Payloads are written with VMMCALL; on Intel each becomes VMCALL. */
static void patch_hypercalls(unsigned char *code, unsigned size)
{
	for (unsigned i = 0; hypercall_intel && i + 2 < size; i++)
		if (code[i] == 0x0f && code[i + 1] == 0x01 && code[i + 2] == 0xd9)
			code[i + 2] = 0xc1;
}

void domain_load(domid_t domid, const char *code, const char *end)
{
	unsigned char *page = domain_map(domid, PAYLOAD_AT / PAGE_SIZE);

	memcpy(page, code, end - code);
	patch_hypercalls(page, end - code);
	domain_unmap(page);
	make_page_tables(domid);
	set_registers(domid, code != payload_calls_32 && code != payload_structures_32);
}

void domain_unpause(domid_t domid)
{
	struct xen_domctl op = { 0 };

	CHECK_EQ(domctl(XEN_DOMCTL_unpausedomain, domid, &op), 0);
}

void domain_pause(domid_t domid)
{
	struct xen_domctl op = { 0 };

	CHECK_EQ(domctl(XEN_DOMCTL_pausedomain, domid, &op), 0);
}

void domain_end(domid_t domid)
{
	domain_destroy(domid);
	CHECK(WAIT_FOR(!domain_exists(domid), 2000), "domain %u does not go away", domid);
}

struct grant_entry_v1 *domain_grant_table(domid_t domid)
{
	uint64_t frame = GRANT_TABLE;
	struct xen_mem_acquire_resource acquire = {
		.domid = domid,
		.type = XENMEM_resource_grant_table,
		.id = XENMEM_resource_grant_table_id_shared,
		.nr_frames = 1,
		.frame_list = (uint64_t)&frame,
	};

	CHECK_EQ(memory_op(XENMEM_acquire_resource, &acquire), 0);
	return (void *)(GRANT_TABLE << 12);
}

void domain_grant_table_hide(void)
{
	struct xen_remove_from_physmap gone = { .domid = DOMID_SELF, .gpfn = GRANT_TABLE };

	CHECK_EQ(memory_op(XENMEM_remove_from_physmap, &gone), 0);
}
