// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a PVH kernel finds when it starts: start info, memory map, CPUID leaves, version, and a
 * console to say so on.
 */
#include "abi/start_info.h"
#include "abi/version.h"
#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"
#include "trap.h"

extern uint64_t start_info_paddr;
extern char image_end[];

static const struct hvm_start_info *start_info(void)
{
	return (const void *)start_info_paddr;
}

TEST(start_info_is_sane)
{
	const struct hvm_start_info *info = start_info();

	CHECK_EQ(info->magic, XEN_HVM_START_MAGIC_VALUE);
	CHECK_EQ(info->flags & (SIF_PRIVILEGED | SIF_INITDOMAIN), SIF_PRIVILEGED | SIF_INITDOMAIN);
	CHECK(info->cmdline_paddr, "no command line");
	CHECK(info->rsdp_paddr, "no RSDP");
	CHECK(!memcmp((void *)info->rsdp_paddr, "RSD PTR ", 8), "RSDP at %lx", info->rsdp_paddr);
}

TEST(memory_map_holds_our_image)
{
	static struct e820_entry map[128];
	unsigned entries = memory_map_read(map, 128);
	uint64_t ram = 0, end = 0;
	bool found = false;

	CHECK(entries > 0, "empty");
	for (unsigned i = 0; i < entries; i++) {
		CHECK(map[i].addr >= end, "entry %u begins at %lx, inside the one before", i,
		      map[i].addr);
		end = map[i].addr + map[i].size;
		CHECK(end > map[i].addr, "entry %u has size %lx", i, map[i].size);
		if (map[i].type != XEN_HVM_MEMMAP_TYPE_RAM)
			continue;
		ram += map[i].size;
		found |= map[i].addr <= 1 << 20 && end >= (uint64_t)image_end;
	}
	CHECK(found, "no RAM entry around the image");
	CHECK(ram >= 90 << 20 && ram <= 97 << 20, "%lu KiB of RAM, expected about 96 MiB",
	      ram >> 10);
}

/*
 * Xen gives the control domain a start info of version 0, without a map; where there is one, it
 * must agree.
 */
TEST(start_info_map_agrees)
{
	const struct hvm_start_info *info = start_info();
	const struct hvm_memmap_table_entry *theirs = (const void *)info->memmap_paddr;
	static struct e820_entry map[128];

	if (info->version == 0)
		test_skip("start info of version 0");
	CHECK_EQ(info->memmap_entries, memory_map_read(map, 128));
	for (unsigned i = 0; i < info->memmap_entries; i++) {
		CHECK_EQ(theirs[i].addr, map[i].addr);
		CHECK_EQ(theirs[i].size, map[i].size);
		CHECK_EQ(theirs[i].type, map[i].type);
	}
}

TEST(ram_keeps_what_is_written)
{
	const unsigned count = 2048;
	uint64_t *pages = page_alloc_many(count);

	for (unsigned i = 0; i < count; i++)
		pages[i * 512 + i % 512] = 0x5eed000000000000 | i;
	for (unsigned i = 0; i < count; i++)
		CHECK_EQ(pages[i * 512 + i % 512], 0x5eed000000000000 | i);
}

TEST(cpuid_has_the_hypervisor_leaves)
{
	uint32_t base = hypervisor_leaf();
	struct cpuid r;

	CHECK(cpuid(1, 0).c & 1u << 31, "leaf 1 does not say hypervisor");
	CHECK_EQ(base, 0x40000000);
	CHECK(cpuid(base, 0).a >= base + 2, "highest leaf is %x", cpuid(base, 0).a);
	CHECK_EQ(cpuid(base + 1, 0).a, version_op(XENVER_version, 0));
	r = cpuid(base + 2, 0);
	CHECK(r.a >= 1, "no hypercall page");
	CHECK_EQ(r.b, 0x40000000);
}

TEST(hypercall_page_works)
{
	unsigned char *page = page_alloc();
	long (*xen_version)(uint64_t, uint64_t) = (void *)(page + 32 * __HYPERVISOR_xen_version);

	CHECK_EQ(hypercall_page_init(page), 0);
	CHECK_EQ(xen_version(XENVER_version, 0), version_op(XENVER_version, 0));
}

TEST(version_is_4_20)
{
	CHECK_EQ(version_op(XENVER_version, 0), 4 << 16 | 20);
}

TEST(version_strings_end)
{
	xen_extraversion_t extra;
	static xen_capabilities_info_t capabilities;

	memset(extra, 'x', sizeof(extra));
	CHECK_EQ(version_op(XENVER_extraversion, extra), 0);
	CHECK(extra[0] == '.', "%c", extra[0]);
	CHECK(strlen(extra) < sizeof(extra), "not terminated");
	memset(capabilities, 'x', sizeof(capabilities));
	CHECK_EQ(version_op(XENVER_capabilities, capabilities), 0);
	CHECK(strlen(capabilities) < sizeof(capabilities), "not terminated");
	CHECK(string_starts(capabilities, "xen-3.0-x86_64") ||
		      string_starts(capabilities, "hvm-3.0-x86_64"),
	      "%s", capabilities);
	CHECK_EQ(version_op(XENVER_pagesize, 0), 4096);
}

TEST(features_fit_pvh)
{
	struct xen_feature_info info = { .submap_idx = 0 };
	uint32_t need = 1 << XENFEAT_auto_translated_physmap | 1 << XENFEAT_hvm_callback_vector |
			1 << XENFEAT_hvm_safe_pvclock | 1 << XENFEAT_dom0 |
			1 << XENFEAT_memory_op_vnode_supported;

	CHECK_EQ(version_op(XENVER_get_features, &info), 0);
	CHECK_EQ(info.submap & need, need);
	info.submap_idx = XENFEAT_NR_SUBMAPS;
	CHECK_EQ(version_op(XENVER_get_features, &info), -EINVAL);
}

TEST(unknown_hypercalls_are_enosys)
{
	CHECK_EQ(hypercall1(60, 0), -ENOSYS);
	CHECK_EQ(hypercall1(64, 0), -ENOSYS);
	CHECK_EQ(hypercall1(0x7fffffff, 0), -ENOSYS);
	CHECK_EQ(hypercall1(11, 0), -ENOSYS);
	CHECK_EQ(version_op(99, 0), -ENOSYS);
	CHECK_EQ(evtchn_op(99, 0), -ENOSYS);
	CHECK_EQ(sched_op(99, 0), -ENOSYS);
	CHECK_EQ(vcpu_op(99, 0, 0), -ENOSYS);
	CHECK_EQ(hypercall3(__HYPERVISOR_console_io, 99, 0, 0), -ENOSYS);
}

TEST(bad_pointers_are_efault)
{
	void *hole = (void *)0x40000000;

	page_unmap_2m((uint64_t)hole);
	CHECK_EQ(version_op(XENVER_extraversion, hole), -EFAULT);
	CHECK_EQ(evtchn_op(4, hole), -EFAULT);
	CHECK_EQ(memory_op(7, hole), -EFAULT);
	CHECK_EQ(sched_op(3, hole), -EFAULT);
	CHECK_EQ(hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, 10, (uint64_t)hole), -EFAULT);
	CHECK_EQ(version_op(XENVER_extraversion, (char *)hole - 4), -EFAULT);
}

TEST(hypercall_keeps_other_registers)
{
	register uint64_t r12 asm("r12") = 0x1212121212121212;
	register uint64_t r15 asm("r15") = 0x1515151515151515;
	register uint64_t rbx asm("rbx") = 0xbbbbbbbbbbbbbbbb;
	long rc = __HYPERVISOR_xen_version;
	uint64_t a = XENVER_version, b = 0;

	if (hypercall_intel)
		asm volatile("vmcall"
			     : "+a"(rc), "+D"(a), "+S"(b), "+r"(r12), "+r"(r15),
			       "+r"(rbx)::"memory");
	else
		asm volatile("vmmcall"
			     : "+a"(rc), "+D"(a), "+S"(b), "+r"(r12), "+r"(r15),
			       "+r"(rbx)::"memory");
	CHECK_EQ(rc, 4 << 16 | 20);
	CHECK_EQ(r12, 0x1212121212121212);
	CHECK_EQ(r15, 0x1515151515151515);
	CHECK_EQ(rbx, 0xbbbbbbbbbbbbbbbb);
}
