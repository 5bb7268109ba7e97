// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Translates structures between the caller's form and ours, field by field. Knows nothing of any
 * structure: guest_struct.h describes them. No locks.
 */
#include "guest_struct.h"

#include "abi/errno.h"
#include "domain.h"
#include "guest_access.h"
#include "lib.h"
#include "log.h"

#define STRUCT_MAX 64u /* bytes of the largest structure in either form */

/* Where the next field is, in a form whose words have `word` bytes. */
struct form {
	size_t word;
	size_t at;
	size_t align; /* the strictest so far */
};

bool guest_is_32bit(void)
{
	return vcpu_current()->hvm.call_is_32bit;
}

static size_t field_size(const struct form *f, char type)
{
	switch (type) {
	case 'h': return 2;
	case 'i': return 4;
	case 'q': return 8;
	default: return f->word;
	}
}

/* Moves on past a field; returns where it begins. */
static size_t field_place(struct form *f, char type)
{
	size_t size = field_size(f, type), align = MIN(size, f->word), begin;

	f->align = MAX(f->align, align);
	f->at = begin = ROUND_UP(f->at, align);
	if (type != '|')
		f->at += size;
	return begin;
}

static size_t form_size(const char *fields, size_t word)
{
	struct form f = { .word = word };

	while (*fields)
		field_place(&f, *fields++);
	return ROUND_UP(f.at, f.align);
}

size_t guest_struct_size(const char *fields)
{
	return form_size(fields, guest_is_32bit() ? 4 : 8);
}

/* One structure, from words of `from_word` bytes to words of `to_word`; gaps become zeros. */
static void translate(void *to, size_t to_word, const void *from, size_t from_word,
		      const char *fields)
{
	struct form t = { .word = to_word }, f = { .word = from_word };

	memset(to, 0, form_size(fields, to_word));
	for (; *fields; fields++) {
		size_t to_at = field_place(&t, *fields), from_at = field_place(&f, *fields);
		size_t size = MIN(field_size(&t, *fields), field_size(&f, *fields));

		if (*fields != '|')
			memcpy((char *)to + to_at, (const char *)from + from_at, size);
	}
}

int guest_structs_copy_from(void *dst, size_t dst_size, uint64_t va, const char *fields, unsigned n)
{
	uint8_t theirs[STRUCT_MAX];
	size_t size;

	ASSERT(!fields || (form_size(fields, 8) == dst_size && dst_size <= STRUCT_MAX));
	if (!fields || !guest_is_32bit())
		return guest_copy_from(dst, va, n * dst_size);
	size = form_size(fields, 4);
	for (unsigned i = 0; i < n; i++) {
		if (guest_copy_from(theirs, va + i * size, size))
			return -EFAULT;
		translate((char *)dst + i * dst_size, 8, theirs, 4, fields);
	}
	return 0;
}

int guest_structs_copy_to(uint64_t va, const void *src, size_t src_size, const char *fields,
			  unsigned n)
{
	uint8_t theirs[STRUCT_MAX];
	size_t size;

	ASSERT(!fields || (form_size(fields, 8) == src_size && src_size <= STRUCT_MAX));
	if (!fields || !guest_is_32bit())
		return guest_copy_to(va, src, n * src_size);
	size = form_size(fields, 4);
	for (unsigned i = 0; i < n; i++) {
		translate(theirs, 4, (const char *)src + i * src_size, 8, fields);
		if (guest_copy_to(va + i * size, theirs, size))
			return -EFAULT;
	}
	return 0;
}

int guest_word_from(uint64_t *word, uint64_t va, uint64_t i)
{
	size_t size = guest_struct_size(FIELDS_word);

	*word = 0;
	return guest_copy_from(word, va + i * size, size);
}

int guest_word_to(uint64_t va, uint64_t i, uint64_t word)
{
	size_t size = guest_struct_size(FIELDS_word);

	return guest_copy_to(va + i * size, &word, size);
}
