// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A firmware's memory map, whoever delivered it: taken in, tidied, asked. Written to once, before
 * other CPUs; no locks.
 */
#include "boot_info.h"
#include "lib.h"
#include "log.h"

void boot_info_add(struct boot_info *bi, uint64_t start, uint64_t size, uint32_t type)
{
	/* A few firmwares describe the last bytes of the address space with one too many. */
	if (size > UINT64_MAX - start)
		size = UINT64_MAX - start;
	if (!size)
		return;
	if (type < MEM_RAM || type > MEM_UNUSABLE)
		type = MEM_RESERVED;
	if (bi->nr_regions == BOOT_MAX_REGIONS) {
		log_warn("memory map: more than %u regions; %#lx+%#lx type %u ignored",
			 BOOT_MAX_REGIONS, start, size, type);
		return;
	}
	bi->region[bi->nr_regions++] = (struct mem_region){ start, size, type };
}

struct boot_module *boot_info_add_module(struct boot_info *bi, uint32_t start, uint32_t end)
{
	struct boot_module *m = &bi->module[bi->nr_modules];

	if (bi->nr_modules == BOOT_MAX_MODULES) {
		log_warn("more than %u boot modules; those from the one at %#x on are not used",
			 BOOT_MAX_MODULES, start);
		return NULL;
	}
	if (end <= start)
		panic("boot module %u is empty (%#x to %#x)", bi->nr_modules, start, end);
	*m = (struct boot_module){ .start = start, .size = end - start };
	bi->nr_modules++;
	return m;
}

void boot_info_string(char *out, size_t size, const char *s, size_t max)
{
	size_t len = strnlen(s, max);

	if (len >= size) {
		log_warn("the boot loader's \"%.20s...\" was cut to %zu characters", s, size - 1);
		len = size - 1;
	}
	memcpy(out, s, len);
	out[len] = '\0';
}

/* Where two entries overlap, the one that forbids more holds. */
static const uint8_t restriction[] = {
	[MEM_RAM] = 1, [MEM_ACPI] = 2, /* could be used once the tables are read */
	[MEM_NVS] = 3, [MEM_RESERVED] = 4, [MEM_UNUSABLE] = 5,
};

/* The type that holds at address a; 0 when no entry covers it. */
static uint32_t type_at(const struct mem_region *r, unsigned n, paddr_t a)
{
	uint32_t type = 0;

	for (unsigned i = 0; i < n; i++)
		if (a - r[i].start < r[i].size && a >= r[i].start &&
		    restriction[r[i].type] > restriction[type])
			type = r[i].type;
	return type;
}

static unsigned insert_sorted(paddr_t *list, unsigned n, paddr_t value)
{
	unsigned i = n;

	for (; i > 0 && list[i - 1] > value; i--)
		list[i] = list[i - 1];
	list[i] = value;
	return n + 1;
}

bool boot_info_is_ram(const struct boot_info *bi, paddr_t start, uint64_t size)
{
	for (unsigned i = 0; i < bi->nr_regions; i++) {
		const struct mem_region *r = &bi->region[i];

		if (r->type == MEM_RAM && start >= r->start && start - r->start <= r->size &&
		    size <= r->size - (start - r->start))
			return true;
	}
	return false;
}

void boot_info_tidy(struct boot_info *bi)
{
	/* Not on the stack, which is small. */
	static struct mem_region in[BOOT_MAX_REGIONS];
	static paddr_t edge[2 * BOOT_MAX_REGIONS];
	unsigned nr_in = bi->nr_regions, nr_edges = 0, n = 0;

	memcpy(in, bi->region, sizeof(in));
	for (unsigned i = 0; i < nr_in; i++) {
		nr_edges = insert_sorted(edge, nr_edges, in[i].start);
		nr_edges = insert_sorted(edge, nr_edges, in[i].start + in[i].size);
	}
	/* Between two neighbouring edges nothing changes. */
	for (unsigned i = 0; i + 1 < nr_edges; i++) {
		paddr_t start = edge[i], size = edge[i + 1] - start;
		uint32_t type = size ? type_at(in, nr_in, start) : 0;
		struct mem_region *last = n ? &bi->region[n - 1] : NULL;

		if (!type)
			continue;
		if (last && last->type == type && last->start + last->size == start) {
			last->size += size;
		} else if (n < BOOT_MAX_REGIONS) {
			bi->region[n++] = (struct mem_region){ start, size, type };
		} else {
			/* What is left out is never taken for RAM. */
			log_warn("memory map: too many pieces; those from %#lx on ignored", start);
			break;
		}
	}
	bi->nr_regions = n;
}
