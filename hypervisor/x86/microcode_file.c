// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Microcode in files: the early cpio archive of an initramfs (newc), AMD's containers, Intel's
 * updates (SDM vol. 3, 10.11.1). Foreign bytes, so every length is checked against what is left.
 * Pure.
 */
#include "lib.h"
#include "microcode.h"

/* --- cpio ------------------------------------------------------------------------------------- */

#define CPIO_HEADER    110u
#define CPIO_FILE_SIZE 54u
#define CPIO_NAME_SIZE 94u

/* Eight hexadecimal digits. */
static bool cpio_number(const char *s, uint64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < 8; i++) {
		char c = s[i], low = (char)(c | 0x20);

		if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f'))
			return false;
		*out = *out << 4 | (uint64_t)(c <= '9' ? c - '0' : low - 'a' + 10);
	}
	return true;
}

bool microcode_find(const void *archive, size_t size, const char *name, struct microcode *out)
{
	uint64_t at = 0, file, length, data;

	while (at < size && size - at >= CPIO_HEADER) {
		const char *p = (const char *)archive + at;

		if (!p[0]) { /* between two archives */
			at += 4;
			continue;
		}
		if (strncmp(p, "07070", 5) != 0 || !cpio_number(p + CPIO_FILE_SIZE, &file) ||
		    !cpio_number(p + CPIO_NAME_SIZE, &length))
			return false;
		data = at + ROUND_UP(CPIO_HEADER + length, 4);
		if (data > size || file > size - data)
			return false;
		if (length == strlen(name) + 1 && memcmp(p + CPIO_HEADER, name, length) == 0) {
			*out = (struct microcode){ (const uint8_t *)archive + data, file, 0 };
			return true;
		}
		at = data + ROUND_UP(file, 4);
	}
	return false;
}

/* --- AMD -------------------------------------------------------------------------------------- */

#define AMD_MAGIC       0x00414d44u
#define AMD_TABLE       0u
#define AMD_PATCH       1u
#define AMD_EQUIVALENCE 16u /* bytes: signature, mask, compare, number, reserved */
#define AMD_HEADER      64u
#define AMD_REVISION    4u
#define AMD_PROCESSOR   24u

/* By what number the patches behind this table are for the CPU; 0: none is. */
static uint32_t amd_number(uint32_t signature, const uint8_t *table, size_t size)
{
	for (size_t at = 0; size - at >= AMD_EQUIVALENCE && get_le32(table + at);
	     at += AMD_EQUIVALENCE)
		if (get_le32(table + at) == signature)
			return get_le32(table + at + 12) & 0xffff;
	return 0;
}

static void take_newer(const struct microcode_cpu *c, struct microcode *best, const uint8_t *data,
		       size_t size, uint32_t revision)
{
	if (revision > c->revision && (!best->data || revision > best->revision))
		*best = (struct microcode){ data, size, revision };
}

/* Containers one after another: magic, table, patches. */
static void amd_choose(const struct microcode_cpu *c, const uint8_t *p, size_t size,
		       struct microcode *best)
{
	uint32_t number = 0, kind, length;

	while (size >= 12) {
		if (get_le32(p) == AMD_MAGIC) {
			p += 4;
			size -= 4;
		}
		kind = get_le32(p);
		length = get_le32(p + 4);
		p += 8;
		size -= 8;
		if (length > size)
			return;
		if (kind == AMD_TABLE)
			number = amd_number(c->signature, p, length);
		else if (kind != AMD_PATCH)
			return;
		else if (number && length >= AMD_HEADER &&
			 (get_le32(p + AMD_PROCESSOR) & 0xffff) == number)
			take_newer(c, best, p, length, get_le32(p + AMD_REVISION));
		p += length;
		size -= length;
	}
}

/* --- Intel ------------------------------------------------------------------------------------ */

struct intel_header {
	uint32_t version, revision, date, signature, checksum, loader, platforms, data_size,
		total_size, reserved[3];
};

#define INTEL_VERSION   1u
#define INTEL_DATA_SIZE 2000u /* where the header says 0 */
#define INTEL_TABLE     20u   /* behind the data: count, checksum, reserved; then 12 bytes each */
#define INTEL_ENTRY     12u

static bool intel_sum_is_zero(const uint8_t *p, size_t size)
{
	uint32_t sum = 0;

	for (size_t at = 0; at < size; at += 4)
		sum += get_le32(p + at);
	return !sum;
}

static bool intel_fits(const struct microcode_cpu *c, uint32_t signature, uint32_t platforms)
{
	/* One that names no platform is for all. */
	return signature == c->signature && (!platforms || (platforms & c->platform));
}

/* The table has further CPUs that the update is for. */
static bool intel_table_fits(const struct microcode_cpu *c, const uint8_t *table, size_t size)
{
	size_t nr = size >= INTEL_TABLE ? MIN(get_le32(table), (size - INTEL_TABLE) / INTEL_ENTRY)
					: 0;

	for (size_t i = 0; i < nr; i++) {
		const uint8_t *entry = table + INTEL_TABLE + i * INTEL_ENTRY;

		if (intel_fits(c, get_le32(entry), get_le32(entry + 4)))
			return true;
	}
	return false;
}

static void intel_choose(const struct microcode_cpu *c, const uint8_t *p, size_t size,
			 struct microcode *best)
{
	struct intel_header h;

	for (; size >= sizeof(h); p += h.total_size, size -= h.total_size) {
		memcpy(&h, p, sizeof(h));
		if (!h.data_size) {
			h.data_size = INTEL_DATA_SIZE;
			h.total_size = INTEL_DATA_SIZE + sizeof(h);
		}
		if (h.version != INTEL_VERSION || h.loader != INTEL_VERSION ||
		    h.total_size > size || h.total_size % 4 || h.total_size < sizeof(h) ||
		    h.data_size > h.total_size - sizeof(h) || !intel_sum_is_zero(p, h.total_size))
			return;
		if (intel_fits(c, h.signature, h.platforms) ||
		    intel_table_fits(c, p + sizeof(h) + h.data_size,
				     h.total_size - sizeof(h) - h.data_size))
			take_newer(c, best, p + sizeof(h), h.data_size, h.revision);
	}
}

bool microcode_choose(const struct microcode_cpu *c, const void *file, size_t size,
		      struct microcode *out)
{
	out->data = NULL;
	if (!c->amd)
		intel_choose(c, file, size, out);
	else if (size >= 4 && get_le32(file) == AMD_MAGIC)
		amd_choose(c, file, size, out);
	return out->data;
}
