// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernels built in memory, 32 and 64 bits; then every way that we could think of to build them
 * wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/elf.h> /* <elf.h> would be our own */

#include "abi/errno.h"
#include "elf.h"
#include "lib.h"

#define ENTRY 0x1000040u

/* One file: header, three segment headers, notes, and 256 bytes to load; room for sections. */
struct file64 {
	Elf64_Ehdr h;
	Elf64_Phdr p[3];
	Elf64_Shdr s[2];
	uint8_t notes[128];
	uint8_t data[256];
};
struct file32 {
	Elf32_Ehdr h;
	Elf32_Phdr p[3];
	Elf32_Shdr s[2];
	uint8_t notes[128];
	uint8_t data[256];
};

static struct elf_image image;
static const char *why;

static unsigned put_note(uint8_t *at, const char *name, uint32_t type, const void *desc,
			 uint32_t descsz, unsigned align)
{
	uint32_t head[3] = { (uint32_t)strlen(name) + 1, descsz, type };
	unsigned n = 12;

	memcpy(at, head, 12);
	memcpy(at + n, name, head[0]);
	n = ROUND_UP(n + head[0], align);
	memcpy(at + n, desc, descsz);
	return ROUND_UP(n + descsz, align);
}

/* As Linux has them: others first, the one we want in between. */
static unsigned put_notes(uint8_t *at, unsigned align)
{
	uint64_t entry = ENTRY;
	unsigned n = 0;

	n += put_note(at + n, "Linux", 0x100, "abc", 3, align);
	n += put_note(at + n, "Xen", 6, "linux", 6, align);
	n += put_note(at + n, "Xen", 18, &entry, 8, align);
	return n;
}

static struct file64 good64(void)
{
	struct file64 f = { 0 };

	memcpy(f.h.e_ident, "\177ELF\2\1\1", 7);
	f.h.e_type = ET_EXEC;
	f.h.e_machine = EM_X86_64;
	f.h.e_phoff = offsetof(struct file64, p);
	f.h.e_phnum = 3;
	f.h.e_phentsize = sizeof(Elf64_Phdr);
	f.h.e_shentsize = sizeof(Elf64_Shdr);
	f.p[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct file64, data),
			       .p_vaddr = 0xffffffff81000000UL,
			       .p_paddr = 0x1000000,
			       .p_filesz = 200,
			       .p_memsz = 200 };
	f.p[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct file64, data) + 200,
			       .p_paddr = 0x2000000,
			       .p_filesz = 56,
			       .p_memsz = 0x5000 };
	f.p[2] = (Elf64_Phdr){ .p_type = PT_NOTE,
			       .p_offset = offsetof(struct file64, notes),
			       .p_align = 4 };
	f.p[2].p_filesz = put_notes(f.notes, 4);
	return f;
}

static int parse(const void *data, size_t size)
{
	/* A copy of just that size, so that the sanitizer sees a read behind it. */
	void *exact = malloc(size ? size : 1);
	int rc;

	memcpy(exact, data, size);
	memset(&image, 0xaa, sizeof(image));
	why = "untouched";
	rc = elf_parse(&image, exact, size, &why);
	assert_true(rc == 0 || rc == -EINVAL);
	if (rc)
		assert_true(why && strcmp(why, "untouched") != 0);
	free(exact);
	return rc;
}

static void refused(const struct file64 *f, const char *word)
{
	assert_int_equal(parse(f, sizeof(*f)), -EINVAL);
	if (!strstr(why, word))
		fail_msg("refused because \"%s\", \"%s\" expected", why, word);
}

static void test_good_64(void **state)
{
	struct file64 f = good64();

	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_true(image.is_64bit);
	assert_int_equal(image.nr_segments, 2);
	assert_true(image.segment[0].paddr == 0x1000000);
	assert_true(image.segment[0].offset == offsetof(struct file64, data));
	assert_true(image.segment[0].filesz == 200 && image.segment[0].memsz == 200);
	assert_true(image.segment[1].memsz == 0x5000);
	assert_true(image.low == 0x1000000 && image.high == 0x2005000);
	assert_true(image.has_pvh_entry);
	assert_int_equal(image.pvh_entry, ENTRY);
	assert_int_equal(image.size, sizeof(f));
}

static void test_good_32(void **state)
{
	struct file32 f = { 0 };

	memcpy(f.h.e_ident, "\177ELF\1\1\1", 7);
	f.h.e_type = ET_EXEC;
	f.h.e_machine = EM_386;
	f.h.e_phoff = offsetof(struct file32, p);
	f.h.e_phnum = 2;
	f.h.e_phentsize = sizeof(Elf32_Phdr);
	f.p[0] = (Elf32_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct file32, data),
			       .p_paddr = 0x1000000,
			       .p_filesz = 256,
			       .p_memsz = 0x1000 };
	f.p[1] = (Elf32_Phdr){ .p_type = PT_NOTE,
			       .p_offset = offsetof(struct file32, notes),
			       .p_align = 4 };
	f.p[1].p_filesz = put_notes(f.notes, 4);
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.is_64bit);
	assert_int_equal(image.nr_segments, 1);
	assert_true(image.high == 0x1001000);
	assert_int_equal(image.pvh_entry, ENTRY);
	/* The same notes, found through a section alone. */
	f.p[1].p_type = PT_NULL;
	f.h.e_shoff = offsetof(struct file32, s);
	f.h.e_shnum = 2;
	f.h.e_shentsize = sizeof(Elf32_Shdr);
	f.s[1] = (Elf32_Shdr){ .sh_type = SHT_NOTE,
			       .sh_offset = offsetof(struct file32, notes),
			       .sh_size = f.p[1].p_filesz,
			       .sh_addralign = 4 };
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_true(image.has_pvh_entry);
}

static void test_notes_of_alignment_8(void **state)
{
	struct file64 f = good64();

	memset(f.notes, 0, sizeof(f.notes));
	f.p[2].p_filesz = put_notes(f.notes, 8);
	f.p[2].p_align = 8;
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_true(image.has_pvh_entry);
	assert_int_equal(image.pvh_entry, ENTRY);
}

static void test_notes_in_a_section(void **state)
{
	struct file64 f = good64();

	f.p[2].p_type = PT_NULL;
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.has_pvh_entry);
	f.h.e_shoff = offsetof(struct file64, s);
	f.h.e_shnum = 2;
	f.s[1] = (Elf64_Shdr){ .sh_type = SHT_NOTE,
			       .sh_offset = offsetof(struct file64, notes),
			       .sh_size = f.p[2].p_filesz,
			       .sh_addralign = 4 };
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_true(image.has_pvh_entry);
	/* A bad section table is no reason to refuse: it is not needed. */
	f.h.e_shoff = UINT64_MAX - 10;
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.has_pvh_entry);
	f.h.e_shoff = offsetof(struct file64, s);
	f.h.e_shentsize = 8;
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.has_pvh_entry);
}

static void test_entry_of_four_bytes(void **state)
{
	struct file64 f = good64();
	uint32_t entry = ENTRY + 4;

	f.p[2].p_filesz = put_note(f.notes, "Xen", 18, &entry, 4, 4);
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_int_equal(image.pvh_entry, ENTRY + 4);
	f.p[2].p_filesz = put_note(f.notes, "Xen", 18, &entry, 2, 4);
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.has_pvh_entry);
	f.p[2].p_filesz = put_note(f.notes, "Xem", 18, &entry, 4, 4);
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.has_pvh_entry);
}

static void test_bad_headers(void **state)
{
	struct file64 f;

#define BAD(change, word)          \
	do {                       \
		f = good64();      \
		change;            \
		refused(&f, word); \
	} while (0)

	BAD(f.h.e_ident[0] = 'E', "not an ELF");
	BAD(f.h.e_ident[4] = 3, "neither");
	BAD(f.h.e_ident[5] = 2, "little-endian");
	BAD(f.h.e_type = ET_REL, "executable");
	BAD(f.h.e_machine = EM_AARCH64, "x86");
	BAD(f.h.e_phnum = 0, "no segments");
	BAD(f.h.e_phentsize = 32, "too small");
	BAD(f.h.e_phoff = sizeof(f), "beyond the file");
	BAD(f.h.e_phoff = UINT64_MAX - 20, "beyond the file");
	BAD(f.h.e_phnum = 0xffff; f.h.e_phentsize = 0xffff, "beyond the file");
	BAD(f.p[0].p_filesz = 201, "larger in the file");
	BAD(f.p[0].p_offset = sizeof(f) - 199, "beyond the file");
	BAD(f.p[0].p_offset = UINT64_MAX - 99, "beyond the file");
	BAD(f.p[0].p_filesz = f.p[0].p_memsz = UINT64_MAX, "beyond the file");
	BAD(f.p[1].p_memsz = UINT64_MAX - 0x1ffffff, "address space");
	BAD(f.p[0].p_type = f.p[1].p_type = PT_NULL, "nothing to load");
	BAD(f.p[0].p_memsz = f.p[0].p_filesz = 0x40, "entry point");
	BAD(memset(f.notes + 64, 0xff, 4), "entry point");
}

static void test_end_of_address_space(void **state)
{
	struct file64 f = good64();

	f.p[1].p_paddr = UINT64_MAX - 0x5000;
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_true(image.high == UINT64_MAX);
}

static void test_too_many_segments(void **state)
{
	struct {
		struct file64 f;
		Elf64_Phdr p[ELF_MAX_SEGMENTS + 1];
	} many = { .f = good64() };

	for (unsigned i = 0; i <= ELF_MAX_SEGMENTS; i++)
		many.p[i] = many.f.p[0];
	many.f.h.e_phoff = sizeof(many.f);
	many.f.h.e_phnum = ELF_MAX_SEGMENTS;
	assert_int_equal(parse(&many, sizeof(many)), 0);
	assert_int_equal(image.nr_segments, ELF_MAX_SEGMENTS);
	many.f.h.e_phnum = ELF_MAX_SEGMENTS + 1;
	assert_int_equal(parse(&many, sizeof(many)), -EINVAL);
}

/* Notes whose lengths lie end the search, and nothing else. */
static void test_lying_notes(void **state)
{
	static const uint32_t lies[] = { 0xffffffff, 0xfffffff0, 0x7fffffff, 1000, 117 };

	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++)
		for (unsigned field = 0; field < 2; field++) {
			struct file64 f = good64();

			memcpy(f.notes + field * 4, &lies[i], 4);
			assert_int_equal(parse(&f, sizeof(f)), 0);
			assert_false(image.has_pvh_entry);
		}
	struct file64 f = good64();

	f.p[2].p_filesz = UINT64_MAX;
	assert_int_equal(parse(&f, sizeof(f)), 0);
	assert_false(image.has_pvh_entry);
	f.p[2].p_offset = UINT64_MAX - 4;
	f.p[2].p_filesz = 16;
	assert_int_equal(parse(&f, sizeof(f)), 0);
}

static void test_every_truncation(void **state)
{
	struct file64 f = good64();
	size_t last = offsetof(struct file64, data) + 256;

	for (size_t n = 0; n < last; n++)
		assert_int_equal(parse(&f, n), -EINVAL);
	assert_int_equal(parse(&f, last), 0);
}

/* Any byte may be anything: no crash, and what is accepted lies within the file. */
static void test_every_byte_wrong(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };

	for (size_t at = 0; at < offsetof(struct file64, data); at++)
		for (unsigned v = 0; v < ARRAY_SIZE(values); v++) {
			struct file64 f = good64();

			((uint8_t *)&f)[at] = values[v];
			if (parse(&f, sizeof(f)))
				continue;
			for (unsigned i = 0; i < image.nr_segments; i++) {
				struct elf_segment *s = &image.segment[i];

				assert_true(s->offset <= sizeof(f));
				assert_true(s->filesz <= sizeof(f) - s->offset);
				assert_true(s->filesz <= s->memsz);
				assert_true(s->paddr + s->memsz >= s->paddr);
				assert_true(image.low <= s->paddr);
				assert_true(image.high >= s->paddr + s->memsz);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_64),
		cmocka_unit_test(test_good_32),
		cmocka_unit_test(test_notes_of_alignment_8),
		cmocka_unit_test(test_notes_in_a_section),
		cmocka_unit_test(test_entry_of_four_bytes),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_end_of_address_space),
		cmocka_unit_test(test_too_many_segments),
		cmocka_unit_test(test_lying_notes),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_byte_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
