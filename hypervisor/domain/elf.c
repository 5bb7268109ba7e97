// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a kernel's ELF file, 32 or 64 bits, as far as a loader needs it (System V ABI, chapters 4
 * and 5). Foreign bytes: a header is looked into after its place was checked. Keeps nothing and
 * allocates nothing.
 */
#include "elf.h"

#include "abi/elfnote.h"
#include "abi/errno.h"
#include "lib.h"

#define ELFCLASS32  1
#define ELFCLASS64  2
#define ELFDATA2LSB 1
#define ET_EXEC     2
#define ET_DYN      3
#define EM_386      3
#define EM_X86_64   62
#define PT_LOAD     1
#define PT_NOTE     4
#define SHT_NOTE    7

/* Where a field stands in the 32-bit and in the 64-bit form, and its length; 0: a word's. */
struct field {
	uint8_t in32, in64, size;
};
static const struct field e_type = { 16, 16, 2 }, e_machine = { 18, 18, 2 },
			  e_phoff = { 28, 32, 0 }, e_shoff = { 32, 40, 0 },
			  e_phentsize = { 42, 54, 2 }, e_phnum = { 44, 56, 2 },
			  e_shentsize = { 46, 58, 2 }, e_shnum = { 48, 60, 2 };
static const struct field p_type = { 0, 0, 4 }, p_offset = { 4, 8, 0 }, p_paddr = { 12, 24, 0 },
			  p_filesz = { 16, 32, 0 }, p_memsz = { 20, 40, 0 },
			  p_align = { 28, 48, 0 };
static const struct field sh_type = { 4, 4, 4 }, sh_offset = { 16, 24, 0 }, sh_size = { 20, 32, 0 },
			  sh_addralign = { 32, 48, 0 };

/* The file, and where its two tables are. */
struct reader {
	const uint8_t *data;
	size_t size;
	bool is_64bit;
	struct table {
		uint64_t offset;
		unsigned nr, stride, size; /* entries; bytes from one to the next, and of one */
	} programs, sections;
};

static bool in_file(const struct reader *r, uint64_t offset, uint64_t len)
{
	return offset <= r->size && len <= r->size - offset;
}

/* Of the structure at `at`, which was seen to be in the file. */
static uint64_t read_field(const struct reader *r, uint64_t at, struct field f)
{
	const size_t word = r->is_64bit ? 8 : 4;
	uint64_t value = 0;

	memcpy(&value, r->data + at + (r->is_64bit ? f.in64 : f.in32), f.size ? f.size : word);
	return value;
}

static bool find_entry(const struct reader *r, const struct table *t, unsigned i, uint64_t *at)
{
	return !add_overflows(t->offset, (uint64_t)i * t->stride, at) && in_file(r, *at, t->size);
}

/* What is wrong with the file's head; NULL when nothing is. */
static const char *read_header(struct reader *r)
{
	const uint8_t *ident = r->data;
	uint64_t type, machine;

	if (!in_file(r, 0, 16) || memcmp(ident, "\177ELF", 4) != 0)
		return "not an ELF file";
	if ((ident[4] != ELFCLASS32 && ident[4] != ELFCLASS64) || ident[5] != ELFDATA2LSB)
		return "neither 32 nor 64 bits, or not little-endian";
	r->is_64bit = ident[4] == ELFCLASS64;
	if (!in_file(r, 0, r->is_64bit ? 64 : 52))
		return "the file ends within its header";
	type = read_field(r, 0, e_type);
	machine = read_field(r, 0, e_machine);
	r->programs =
		(struct table){ read_field(r, 0, e_phoff), (unsigned)read_field(r, 0, e_phnum),
				(unsigned)read_field(r, 0, e_phentsize), r->is_64bit ? 56 : 32 };
	r->sections =
		(struct table){ read_field(r, 0, e_shoff), (unsigned)read_field(r, 0, e_shnum),
				(unsigned)read_field(r, 0, e_shentsize), r->is_64bit ? 64 : 40 };
	if (type != ET_EXEC && type != ET_DYN)
		return "not an executable";
	if (machine != EM_X86_64 && machine != EM_386)
		return "not for x86";
	if (!r->programs.nr)
		return "no segments";
	if (r->programs.stride < r->programs.size)
		return "its segment headers are too small";
	/* Sections are looked at only for notes: a bad table is no reason to refuse. */
	if (!r->sections.offset || r->sections.stride < r->sections.size)
		r->sections.nr = 0;
	return NULL;
}

static const char *add_segment(struct elf_image *out, const struct reader *r, uint64_t at)
{
	struct elf_segment s = { .paddr = read_field(r, at, p_paddr),
				 .offset = read_field(r, at, p_offset),
				 .filesz = read_field(r, at, p_filesz),
				 .memsz = read_field(r, at, p_memsz) };
	uint64_t end;

	if (!s.memsz)
		return NULL;
	if (out->nr_segments == ELF_MAX_SEGMENTS)
		return "more segments than are supported";
	if (s.filesz > s.memsz)
		return "a segment is larger in the file than in memory";
	if (!in_file(r, s.offset, s.filesz))
		return "a segment ends beyond the file";
	if (add_overflows(s.paddr, s.memsz, &end))
		return "a segment ends beyond the address space";
	out->segment[out->nr_segments++] = s;
	out->low = MIN(out->low, s.paddr);
	out->high = MAX(out->high, end);
	return NULL;
}

/* Name and description are each padded to `align`: 4, but 8 in segments that say so. */
static void read_notes(struct elf_image *out, const struct reader *r, uint64_t offset,
		       uint64_t size, uint64_t align)
{
	struct {
		uint32_t namesz, descsz, type;
	} note;
	uint64_t at = offset, end = offset + size;

	if (!in_file(r, offset, size))
		return;
	align = align == 8 ? 8 : 4;
	while (at < end && end - at >= sizeof(note)) {
		uint64_t desc, next;

		memcpy(&note, r->data + at, sizeof(note));
		desc = ROUND_UP(at - offset + sizeof(note) + note.namesz, align) + offset;
		next = ROUND_UP(desc - offset + note.descsz, align) + offset;
		if (desc > end || note.descsz > end - desc)
			return;
		/* What is described lies within, and the name, being shorter, before it. */
		if (note.type == XEN_ELFNOTE_PHYS32_ENTRY && note.namesz == sizeof("Xen") &&
		    note.descsz >= sizeof(out->pvh_entry) &&
		    memcmp(r->data + at + sizeof(note), "Xen", sizeof("Xen")) == 0) {
			memcpy(&out->pvh_entry, r->data + desc, sizeof(out->pvh_entry));
			out->has_pvh_entry = true;
		}
		at = next;
	}
}

static const char *check_entry(const struct elf_image *out)
{
	if (!out->has_pvh_entry)
		return NULL;
	for (unsigned i = 0; i < out->nr_segments; i++)
		if (out->pvh_entry >= out->segment[i].paddr &&
		    out->pvh_entry - out->segment[i].paddr < out->segment[i].memsz)
			return NULL;
	return "its PVH entry point is in none of its segments";
}

static const char *parse(struct elf_image *out, struct reader *r)
{
	const char *wrong = read_header(r);
	uint64_t at;

	out->is_64bit = r->is_64bit;
	for (unsigned i = 0; !wrong && i < r->programs.nr; i++) {
		if (!find_entry(r, &r->programs, i, &at))
			return "its segment headers end beyond the file";
		if (read_field(r, at, p_type) == PT_LOAD)
			wrong = add_segment(out, r, at);
		else if (read_field(r, at, p_type) == PT_NOTE)
			read_notes(out, r, read_field(r, at, p_offset), read_field(r, at, p_filesz),
				   read_field(r, at, p_align));
	}
	if (wrong)
		return wrong;
	if (!out->nr_segments)
		return "nothing to load";
	/* Old linkers made sections of notes without a segment over them. */
	for (unsigned i = 0; i < r->sections.nr && !out->has_pvh_entry; i++)
		if (find_entry(r, &r->sections, i, &at) && read_field(r, at, sh_type) == SHT_NOTE)
			read_notes(out, r, read_field(r, at, sh_offset), read_field(r, at, sh_size),
				   read_field(r, at, sh_addralign));
	return check_entry(out);
}

int elf_parse(struct elf_image *out, const void *data, size_t size, const char **why)
{
	struct reader r = { .data = data, .size = size };

	*out = (struct elf_image){ .data = data, .size = size, .low = UINT64_MAX };
	*why = parse(out, &r);
	return *why ? -EINVAL : 0;
}
