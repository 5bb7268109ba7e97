// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernels as ELF files of both classes: what is loaded, where it is entered, and what is refused.
 */
#include "test.h"

#include <elf.h>

#include "abi/elfnote.h"
#include "builder/elf_image.h"

#define FILE_LEN 16384
#define TEXT_AT  4096
#define NOTE_AT  2048

/* Two segments and a note. */
struct kernel {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[8];
	uint8_t rest[];
};

static struct kernel *k;

static size_t put_note(size_t at, uint32_t type, const char *name, uint64_t value, uint32_t size)
{
	uint8_t *file = (uint8_t *)k;
	Elf64_Nhdr n = { .n_namesz = strlen(name) + 1, .n_descsz = size, .n_type = type };

	memcpy(file + at, &n, sizeof(n));
	at += sizeof(n);
	strcpy((char *)file + at, name);
	at += (n.n_namesz + 3) & ~3U;
	memcpy(file + at, &value, size);
	return at + ((size + 3) & ~3U);
}

static int make(void **state)
{
	size_t end;

	(void)state;
	k = calloc(1, FILE_LEN);
	memcpy(k->eh.e_ident, ELFMAG, SELFMAG);
	k->eh.e_ident[EI_CLASS] = ELFCLASS64;
	k->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	k->eh.e_type = ET_EXEC;
	k->eh.e_machine = EM_X86_64;
	k->eh.e_phoff = offsetof(struct kernel, ph);
	k->eh.e_phentsize = sizeof(Elf64_Phdr);
	k->eh.e_phnum = 3;
	k->ph[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
				 .p_offset = TEXT_AT,
				 .p_paddr = 0x1000000,
				 .p_filesz = 4096,
				 .p_memsz = 4096 };
	k->ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
				 .p_offset = TEXT_AT + 4096,
				 .p_paddr = 0x1200000,
				 .p_filesz = 100,
				 .p_memsz = 0x10000 };
	/* Other people's notes first. */
	end = put_note(NOTE_AT, XEN_ELFNOTE_PHYS32_ENTRY, "GNU", 1, 4);
	end = put_note(end, XEN_ELFNOTE_GUEST_OS, "Xen", 0x78756e696cULL, 6);
	end = put_note(end, XEN_ELFNOTE_PHYS32_ENTRY, "Xen", 0x1000100, 8);
	k->ph[2] =
		(Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = NOTE_AT, .p_filesz = end - NOTE_AT };
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	free(k);
	return 0;
}

static int parse(struct elf_image *img, struct reason *why)
{
	return elf_image_parse((struct bytes){ (uint8_t *)k, FILE_LEN }, img, why);
}

static void refused(const char *part)
{
	struct elf_image img;
	struct reason why;

	assert_int_equal(parse(&img, &why), -1);
	assert_reason(why, part);
}

static void test_good(void **state)
{
	struct elf_image img;
	struct reason why;

	(void)state;
	assert_int_equal(parse(&img, &why), 0);
	assert_int_equal(img.nr_segments, 2);
	assert_int_equal(img.segments[1].paddr, 0x1200000);
	assert_ptr_equal(img.segments[1].data.data, (uint8_t *)k + TEXT_AT + 4096);
	assert_int_equal(img.segments[1].data.len, 100);
	assert_int_equal(img.segments[1].memsz, 0x10000);
	assert_int_equal(img.start, 0x1000000);
	assert_int_equal(img.end, 0x1210000);
	assert_int_equal(img.entry, 0x1000100);
}

static void test_class32(void **state)
{
	struct elf_image img;
	struct reason why;
	Elf32_Ehdr eh = { .e_type = ET_EXEC,
			  .e_machine = EM_386,
			  .e_phoff = 64,
			  .e_phnum = 2,
			  .e_phentsize = sizeof(Elf32_Phdr) };
	Elf32_Phdr ph[2] = {
		{ .p_type = PT_LOAD,
		  .p_offset = TEXT_AT,
		  .p_paddr = 0x100000,
		  .p_filesz = 16,
		  .p_memsz = 32 },
		{ .p_type = PT_NOTE, .p_offset = NOTE_AT },
	};

	(void)state;
	memset(k, 0, FILE_LEN);
	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS32;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	ph[1].p_filesz = put_note(NOTE_AT, XEN_ELFNOTE_PHYS32_ENTRY, "Xen", 0x100004, 4) - NOTE_AT;
	memcpy(k, &eh, sizeof(eh));
	memcpy((uint8_t *)k + 64, ph, sizeof(ph));
	assert_int_equal(parse(&img, &why), 0);
	assert_int_equal(img.entry, 0x100004);
	assert_int_equal(img.end, 0x100020);
}

static void test_truncated(void **state)
{
	struct elf_image img;
	struct reason why;

	(void)state;
	for (size_t len = 0; len < TEXT_AT + 4096 + 100; len += len < 512 ? 1 : 97) {
		uint8_t *copy = malloc(len ? len : 1);

		memcpy(copy, k, len);
		assert_int_equal(elf_image_parse((struct bytes){ copy, len }, &img, &why), -1);
		free(copy);
	}
}

static void test_not_ours(void **state)
{
	(void)state;
	k->eh.e_machine = EM_AARCH64;
	refused("machine 183");
	k->eh.e_machine = EM_X86_64;
	k->eh.e_type = ET_REL;
	refused("type 1");
	k->eh.e_type = ET_EXEC;
	k->eh.e_phentsize = 32;
	refused("program headers of 32 bytes");
	k->eh.e_phentsize = sizeof(Elf64_Phdr);
	k->eh.e_phnum = 0;
	refused("0 program headers");
	k->eh.e_phnum = 65535;
	refused("65535 program headers");
	k->eh.e_phnum = 3;
	k->eh.e_phoff = ~0ULL - 8;
	refused("program headers are truncated");
	k->eh.e_ident[0] = 0;
	refused("not an ELF file");
}

static void test_segments(void **state)
{
	(void)state;
	k->ph[1].p_filesz = 0x10001;
	refused("longer in the file than in memory");
	k->ph[1].p_filesz = 100;
	k->ph[1].p_paddr = 0xffffffff;
	refused("not all below 4 GiB");
	k->ph[1].p_paddr = ~0ULL;
	refused("not all below 4 GiB");
	k->ph[1].p_paddr = 0x1200000;
	k->ph[1].p_memsz = ~0ULL;
	refused("not all below 4 GiB");
	k->ph[1].p_memsz = 0x10000;
	k->ph[1].p_offset = ~0ULL - 50;
	refused("truncated");
	k->ph[1].p_offset = TEXT_AT;
	k->ph[1].p_paddr = 0x1000fff;
	refused("segments 0 and 1 overlap");
	k->ph[1].p_paddr = 0xff0001;
	refused("overlap");
	k->ph[0].p_type = k->ph[1].p_type = PT_NULL;
	refused("nothing to load");
}

static void test_entry(void **state)
{
	(void)state;
	put_note(NOTE_AT, XEN_ELFNOTE_PHYS32_ENTRY, "Xen", 0x2000000, 4);
	refused("in no segment");
	put_note(NOTE_AT, XEN_ELFNOTE_PHYS32_ENTRY, "Xen", 0x1000000, 3);
	refused("no PVH entry point");
	k->ph[2].p_filesz = 15;
	refused("no PVH entry point");
	k->ph[2].p_filesz = 1 << 20;
	refused("notes are truncated");
	k->ph[2].p_type = PT_NULL;
	refused("CONFIG_PVH");
	/* Sizes that would run off. */
	k->ph[2].p_type = PT_NOTE;
	k->ph[2].p_filesz = 100;
	memset((uint8_t *)k + NOTE_AT, 0xff, 100);
	refused("no PVH entry point");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, make, unmake),
		cmocka_unit_test_setup_teardown(test_class32, make, unmake),
		cmocka_unit_test_setup_teardown(test_truncated, make, unmake),
		cmocka_unit_test_setup_teardown(test_not_ours, make, unmake),
		cmocka_unit_test_setup_teardown(test_segments, make, unmake),
		cmocka_unit_test_setup_teardown(test_entry, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
