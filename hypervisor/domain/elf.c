// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a kernel's ELF file, 32 or 64 bits, as far as a loader needs it (System V ABI, chapters 4
 * and 5). Foreign bytes: every header is copied out after its place was checked. Keeps nothing and
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

struct elf32_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf64_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf32_program {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
struct elf64_program {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
struct elf32_section {
	uint32_t name, type, flags, addr, offset, size, link, info, addralign, entsize;
};
struct elf64_section {
	uint32_t name, type;
	uint64_t flags, addr, offset, size;
	uint32_t link, info;
	uint64_t addralign, entsize;
};

/* The file, and where its two tables are. */
struct reader {
	const uint8_t *data;
	size_t size;
	bool is_64bit;
	uint64_t phoff, shoff;
	unsigned phnum, phentsize, shnum, shentsize;
};

static bool in_file(const struct reader *r, uint64_t offset, uint64_t len)
{
	return offset <= r->size && len <= r->size - offset;
}

static bool read_at(const struct reader *r, uint64_t offset, void *out, size_t len)
{
	if (!in_file(r, offset, len))
		return false;
	memcpy(out, r->data + offset, len);
	return true;
}

/* Both sizes of table entries in the form of the larger one. */
static bool read_program(const struct reader *r, unsigned i, struct elf64_program *out)
{
	struct elf32_program p;
	uint64_t at;

	if (add_overflows(r->phoff, (uint64_t)i * r->phentsize, &at))
		return false;
	if (r->is_64bit)
		return read_at(r, at, out, sizeof(*out));
	if (!read_at(r, at, &p, sizeof(p)))
		return false;
	*out = (struct elf64_program){ .type = p.type,
				       .offset = p.offset,
				       .paddr = p.paddr,
				       .filesz = p.filesz,
				       .memsz = p.memsz,
				       .align = p.align };
	return true;
}

static bool read_section(const struct reader *r, unsigned i, struct elf64_section *out)
{
	struct elf32_section s;
	uint64_t at;

	if (add_overflows(r->shoff, (uint64_t)i * r->shentsize, &at))
		return false;
	if (r->is_64bit)
		return read_at(r, at, out, sizeof(*out));
	if (!read_at(r, at, &s, sizeof(s)))
		return false;
	*out = (struct elf64_section){
		.type = s.type, .offset = s.offset, .size = s.size, .addralign = s.addralign
	};
	return true;
}

/* What is wrong with the file's head; NULL when nothing is. */
static const char *read_header(struct reader *r)
{
	union {
		uint8_t ident[16];
		struct elf32_header e32;
		struct elf64_header e64;
	} h;
	uint16_t type, machine;

	if (!read_at(r, 0, h.ident, sizeof(h.ident)) || memcmp(h.ident, "\177ELF", 4) != 0)
		return "not an ELF file";
	if ((h.ident[4] != ELFCLASS32 && h.ident[4] != ELFCLASS64) || h.ident[5] != ELFDATA2LSB)
		return "neither 32 nor 64 bits, or not little-endian";
	r->is_64bit = h.ident[4] == ELFCLASS64;
	if (!read_at(r, 0, &h, r->is_64bit ? sizeof(h.e64) : sizeof(h.e32)))
		return "the file ends within its header";

#define TAKE(e)                                       \
	do {                                          \
		type = h.e.type;                      \
		machine = h.e.machine;                \
		r->phoff = h.e.phoff;                 \
		r->shoff = h.e.shoff;                 \
		r->phnum = h.e.phnum;                 \
		r->phentsize = h.e.phentsize;         \
		r->shnum = h.e.shoff ? h.e.shnum : 0; \
		r->shentsize = h.e.shentsize;         \
	} while (0)
	if (r->is_64bit)
		TAKE(e64);
	else
		TAKE(e32);
#undef TAKE

	if (type != ET_EXEC && type != ET_DYN)
		return "not an executable";
	if (machine != EM_X86_64 && machine != EM_386)
		return "not for x86";
	if (!r->phnum)
		return "no segments";
	if (r->phentsize <
	    (r->is_64bit ? sizeof(struct elf64_program) : sizeof(struct elf32_program)))
		return "its segment headers are too small";
	/* Sections are looked at only for notes: a bad table is no reason to refuse. */
	if (r->shentsize <
	    (r->is_64bit ? sizeof(struct elf64_section) : sizeof(struct elf32_section)))
		r->shnum = 0;
	return NULL;
}

static const char *add_segment(struct elf_image *out, const struct reader *r,
			       const struct elf64_program *p)
{
	uint64_t end;

	if (!p->memsz)
		return NULL;
	if (out->nr_segments == ELF_MAX_SEGMENTS)
		return "more segments than are supported";
	if (p->filesz > p->memsz)
		return "a segment is larger in the file than in memory";
	if (!in_file(r, p->offset, p->filesz))
		return "a segment ends beyond the file";
	if (add_overflows(p->paddr, p->memsz, &end))
		return "a segment ends beyond the address space";
	out->segment[out->nr_segments++] = (struct elf_segment){ p->paddr, p->offset, p->filesz,
								 p->memsz };
	out->low = MIN(out->low, p->paddr);
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
	char name[4];

	if (!in_file(r, offset, size))
		return;
	align = align == 8 ? 8 : 4;
	while (at < end && end - at >= sizeof(note)) {
		uint64_t desc, next;
		uint32_t entry;

		read_at(r, at, &note, sizeof(note));
		desc = ROUND_UP(at - offset + sizeof(note) + note.namesz, align) + offset;
		next = ROUND_UP(desc - offset + note.descsz, align) + offset;
		if (desc > end || note.descsz > end - desc)
			return;
		if (note.type == XEN_ELFNOTE_PHYS32_ENTRY && note.namesz == sizeof(name) &&
		    note.descsz >= sizeof(entry) &&
		    read_at(r, at + sizeof(note), name, sizeof(name)) &&
		    memcmp(name, "Xen", sizeof(name)) == 0) {
			read_at(r, desc, &entry, sizeof(entry));
			out->has_pvh_entry = true;
			out->pvh_entry = entry;
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
	struct elf64_program p;
	struct elf64_section s;
	const char *wrong = read_header(r);

	if (wrong)
		return wrong;
	out->is_64bit = r->is_64bit;
	for (unsigned i = 0; i < r->phnum; i++) {
		if (!read_program(r, i, &p))
			return "its segment headers end beyond the file";
		if (p.type == PT_LOAD)
			wrong = add_segment(out, r, &p);
		else if (p.type == PT_NOTE)
			read_notes(out, r, p.offset, p.filesz, p.align);
		if (wrong)
			return wrong;
	}
	if (!out->nr_segments)
		return "nothing to load";
	/* Old linkers made sections of notes without a segment over them. */
	for (unsigned i = 0; i < r->shnum && !out->has_pvh_entry; i++)
		if (read_section(r, i, &s) && s.type == SHT_NOTE)
			read_notes(out, r, s.offset, s.size, s.addralign);
	return check_entry(out);
}

int elf_parse(struct elf_image *out, const void *data, size_t size, const char **why)
{
	struct reader r = { .data = data, .size = size };

	*out = (struct elf_image){ .data = data, .size = size, .low = UINT64_MAX };
	*why = parse(out, &r);
	return *why ? -EINVAL : 0;
}
