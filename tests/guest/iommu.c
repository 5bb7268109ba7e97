// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a device of domain 0's reaches: its memory and what it has mapped of other domains', at the
 * same addresses as the CPU, as long as it is mapped, and nothing else. The device is QEMU's edu.
 */
#include "clock.h"
#include "domain.h"
#include "edu.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"

#ifndef IOMMU
#define IOMMU  "amd-iommu"
#define SILENT /* QEMU 7.2 never writes to its event log */
#define wanted()
#endif
MACHINE("-device " IOMMU " -device edu,addr=5,dma_mask=0xffffffffffffffff");

#define DEVICE 5u
#define BYTES  2048u
#define WORDS  (BYTES / 8)
/* The hypervisor's image, which begins with the header that boot loaders look for. */
#define IMAGE      0x200000UL
#define HEADER     0x1badb002u
#define OUR_NUMBER 0x1122334455667788UL

static void fill(uint64_t *page, uint64_t value)
{
	for (unsigned i = 0; i < WORDS; i++)
		page[i] = value;
}

/* The device's own page holds this in each word. */
static void load(uint64_t value)
{
	uint64_t *page = page_alloc();

	fill(page, value);
	edu_read_from((uint64_t)page, BYTES);
}

static void expect(const volatile uint64_t *page, uint64_t value)
{
	for (unsigned i = 0; i < WORDS; i++)
		CHECK_EQ(page[i], value);
}

TEST(own_memory)
{
	uint64_t *page = page_alloc();

	wanted();
	edu_init(DEVICE);
	load(OUR_NUMBER);
	edu_write_to((uint64_t)page, BYTES);
	expect(page, OUR_NUMBER);
}

TEST(foreign_memory_while_it_is_mapped)
{
	uint64_t *page, address;
	domid_t domid;

	wanted();
	domid = domain_create();
	page = domain_map(domid, 3);
	address = (uint64_t)page;
	edu_init(DEVICE);
	load(OUR_NUMBER);
	edu_write_to(address, BYTES);
	expect(page, OUR_NUMBER);
	fill(page, 1);
	domain_unmap(page);
	edu_write_to(address, BYTES);
	page = domain_map(domid, 3);
	expect(page, 1);
	domain_unmap(page);
	domain_destroy(domid);
}

/* The log's end, as the hypervisor has it. */
static bool log_says(const char *what)
{
	static char text[32768];
	struct xen_sysctl op = { .u.readconsole = { .buffer = (uint64_t)text,
						    .count = sizeof(text) } };

	CHECK_EQ(sysctl(XEN_SYSCTL_readconsole, &op), 0);
	for (unsigned at = 0; at < op.u.readconsole.count; at++) {
		unsigned n = 0;

		while (what[n] && at + n < op.u.readconsole.count && text[at + n] == what[n])
			n++;
		if (!what[n])
			return true;
	}
	return false;
}

TEST(the_hypervisors_memory_is_not_read)
{
	uint64_t *page = page_alloc();
	const uint32_t *words = (const uint32_t *)page;

	need_ours();
	edu_init(DEVICE);
	load(OUR_NUMBER);
	edu_read_from(IMAGE, BYTES);
	edu_write_to((uint64_t)page, BYTES);
	CHECK(page[0] == OUR_NUMBER || !page[0], "%lx", page[0]);
	for (unsigned i = 0; i < 2 * WORDS; i++)
		CHECK(words[i] != HEADER, "the header is there, in word %u", i);
#ifndef SILENT
	/* Repeated: a unit that was not looked at since the fault before forgets a new one. */
	CHECK(WAIT_FOR(({
			       edu_read_from(IMAGE, BYTES);
			       log_says("0000:00:05.0 may not read 0x200000: blocked");
		       }),
		       20000),
	      "not logged");
#endif
}

TEST(the_hypervisors_memory_is_not_written)
{
	struct xen_sysctl op = { 0 };

	need_ours();
	edu_init(DEVICE);
	load(0);
	/* All of its code: it would not survive it. */
	for (uint64_t at = IMAGE; at < IMAGE + 0x10000; at += 4096)
		edu_write_to(at, BYTES);
	CHECK_EQ(sysctl(XEN_SYSCTL_physinfo, &op), 0);
#ifndef SILENT
	CHECK(WAIT_FOR(({
			       edu_write_to(IMAGE, BYTES);
			       log_says("0000:00:05.0 may not write to 0x200000: blocked");
		       }),
		       20000),
	      "not logged");
#endif
}
