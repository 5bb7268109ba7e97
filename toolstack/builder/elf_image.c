// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Program headers of both ELF classes are read into one form (Elf64_Phdr) and checked there.
 * Notes are looked for in PT_NOTE segments only: what a loader may use is in program headers.
 */
#include "builder/elf_image.h"

#include <elf.h>
#include <string.h>

#include "abi/elfnote.h"

#define ELF_MAX_PHDRS 64
#define GIB4          (1ULL << 32)

struct elf_headers {
	bool is64;
	uint64_t phoff;
	unsigned int phnum;
};

bool elf_image_detect(struct bytes file)
{
	uint8_t ident[SELFMAG];

	return bytes_read(file, 0, ident, SELFMAG) && memcmp(ident, ELFMAG, SELFMAG) == 0;
}

static int elf_read_headers(struct bytes file, struct elf_headers *h, struct reason *why)
{
	unsigned char ident[EI_NIDENT];
	unsigned int type, machine, phentsize;

	if (!elf_image_detect(file) || !bytes_read(file, 0, ident, sizeof(ident)))
		return reason_set(why, "ELF: not an ELF file");
	h->is64 = ident[EI_CLASS] == ELFCLASS64;
	if (h->is64) {
		Elf64_Ehdr e;

		if (!bytes_read(file, 0, &e, sizeof(e)))
			return reason_set(why, "ELF: the header is truncated");
		type = e.e_type, machine = e.e_machine, phentsize = e.e_phentsize;
		h->phoff = e.e_phoff, h->phnum = e.e_phnum;
	} else {
		Elf32_Ehdr e;

		if (!bytes_read(file, 0, &e, sizeof(e)))
			return reason_set(why, "ELF: the header is truncated");
		type = e.e_type, machine = e.e_machine, phentsize = e.e_phentsize;
		h->phoff = e.e_phoff, h->phnum = e.e_phnum;
	}
	if (ident[EI_DATA] != ELFDATA2LSB || (machine != EM_X86_64 && machine != EM_386))
		return reason_set(why, "ELF: machine %u, an x86 kernel is needed", machine);
	if (type != ET_EXEC && type != ET_DYN)
		return reason_set(why, "ELF: type %u, an executable is needed", type);
	if (phentsize != (h->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return reason_set(why, "ELF: program headers of %u bytes", phentsize);
	if (h->phnum == 0 || h->phnum > ELF_MAX_PHDRS)
		return reason_set(why, "ELF: %u program headers, 1 to %u are supported", h->phnum,
				  ELF_MAX_PHDRS);
	return 0;
}

static bool elf_read_phdr(struct bytes file, const struct elf_headers *h, unsigned int i,
			  Elf64_Phdr *ph)
{
	Elf32_Phdr p;

	if (h->phoff > file.len)
		return false;
	if (h->is64)
		return bytes_read(file, h->phoff + i * sizeof(*ph), ph, sizeof(*ph));
	if (!bytes_read(file, h->phoff + i * sizeof(p), &p, sizeof(p)))
		return false;
	*ph = (Elf64_Phdr){
		.p_type = p.p_type,
		.p_flags = p.p_flags,
		.p_offset = p.p_offset,
		.p_vaddr = p.p_vaddr,
		.p_paddr = p.p_paddr,
		.p_filesz = p.p_filesz,
		.p_memsz = p.p_memsz,
	};
	return true;
}

static int elf_add_segment(struct bytes file, const Elf64_Phdr *ph, struct elf_image *img,
			   struct reason *why)
{
	struct elf_segment *seg = &img->segments[img->nr_segments];
	uint64_t end;

	if (ph->p_memsz == 0)
		return 0;
	if (img->nr_segments == ELF_IMAGE_MAX_SEGMENTS)
		return reason_set(why, "ELF: more than %u segments to load",
				  ELF_IMAGE_MAX_SEGMENTS);
	if (ph->p_filesz > ph->p_memsz)
		return reason_set(why, "ELF: segment %u is longer in the file than in memory",
				  img->nr_segments);
	if (ph->p_paddr >= GIB4 || ph->p_memsz > GIB4 - ph->p_paddr)
		return reason_set(why, "ELF: segment %u at %#llx is not all below 4 GiB",
				  img->nr_segments, (unsigned long long)ph->p_paddr);
	if (!bytes_part(file, ph->p_offset, ph->p_filesz, &seg->data))
		return reason_set(why, "ELF: truncated (%zu bytes, segment %u ends at %llu)",
				  file.len, img->nr_segments,
				  (unsigned long long)(ph->p_offset + ph->p_filesz));
	seg->paddr = ph->p_paddr;
	seg->memsz = ph->p_memsz;
	end = seg->paddr + seg->memsz;
	for (unsigned int i = 0; i < img->nr_segments; i++) {
		const struct elf_segment *other = &img->segments[i];

		if (seg->paddr < other->paddr + other->memsz && other->paddr < end)
			return reason_set(why, "ELF: segments %u and %u overlap", i,
					  img->nr_segments);
	}
	if (img->nr_segments == 0 || seg->paddr < img->start)
		img->start = seg->paddr;
	if (end > img->end)
		img->end = end;
	img->nr_segments++;
	return 0;
}

/* Finds the entry point in one block of notes; true if it is there. */
static bool elf_find_entry(struct bytes notes, uint64_t *entry)
{
	uint64_t at = 0;
	Elf64_Nhdr note; /* the same in both classes */

	while (bytes_read(notes, at, &note, sizeof(note))) {
		uint64_t name_at = at + sizeof(note);
		uint64_t desc_at = name_at + ((note.n_namesz + 3ULL) & ~3ULL);
		char name[4];

		if (note.n_type == XEN_ELFNOTE_PHYS32_ENTRY && note.n_namesz == sizeof(name) &&
		    bytes_read(notes, name_at, name, sizeof(name)) && memcmp(name, "Xen", 4) == 0) {
			*entry = 0;
			return (note.n_descsz == 4 || note.n_descsz == 8) &&
			       bytes_read(notes, desc_at, entry, note.n_descsz);
		}
		at = desc_at + ((note.n_descsz + 3ULL) & ~3ULL);
	}
	return false;
}

static int elf_check_entry(struct elf_image *img, uint64_t entry, struct reason *why)
{
	for (unsigned int i = 0; i < img->nr_segments; i++) {
		const struct elf_segment *seg = &img->segments[i];

		if (entry >= seg->paddr && entry - seg->paddr < seg->memsz) {
			img->entry = (uint32_t)entry;
			return 0;
		}
	}
	return reason_set(why, "ELF: the PVH entry point %#llx is in no segment",
			  (unsigned long long)entry);
}

int elf_image_parse(struct bytes file, struct elf_image *img, struct reason *why)
{
	struct elf_headers h = { 0 };
	bool found = false;
	uint64_t entry = 0;

	memset(img, 0, sizeof(*img));
	if (elf_read_headers(file, &h, why) < 0)
		return -1;
	for (unsigned int i = 0; i < h.phnum; i++) {
		struct bytes notes;
		Elf64_Phdr ph;

		if (!elf_read_phdr(file, &h, i, &ph))
			return reason_set(why, "ELF: the program headers are truncated");
		if (ph.p_type == PT_LOAD && elf_add_segment(file, &ph, img, why) < 0)
			return -1;
		if (ph.p_type == PT_NOTE && !found) {
			if (!bytes_part(file, ph.p_offset, ph.p_filesz, &notes))
				return reason_set(why, "ELF: the notes are truncated");
			found = elf_find_entry(notes, &entry);
		}
	}
	if (img->nr_segments == 0)
		return reason_set(why, "ELF: nothing to load");
	if (!found)
		return reason_set(why,
				  "ELF: no PVH entry point (the note XEN_ELFNOTE_PHYS32_ENTRY); "
				  "a Linux kernel needs CONFIG_PVH");
	return elf_check_entry(img, entry, why);
}

uint64_t elf_image_data_end(const struct elf_image *img)
{
	uint64_t end = img->start;

	for (unsigned int i = 0; i < img->nr_segments; i++) {
		const struct elf_segment *seg = &img->segments[i];
		size_t len = seg->data.len;

		while (len && seg->data.data[len - 1] == 0 && seg->paddr + len > end)
			len--;
		if (len && seg->paddr + len > end)
			end = seg->paddr + len;
	}
	return end;
}
