// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LZ4 frames (LZ4 Frame Format Description 1.6) and the blocks in them (LZ4 Block Format). Decodes
 * from memory to memory in one go. Every second of a start goes through these loops, so most
 * copies are whole words that may run over their end, where there is room for that.
 */
#include "lz4.h"

#include "abi/errno.h"
#include "lib.h"

#define FRAME_MAGIC     0x184d2204u
#define FLG_VERSION(f)  ((f) >> 6)
#define FLG_BLOCK_SUM   (1u << 4)
#define FLG_SIZE        (1u << 3)
#define FLG_CONTENT_SUM (1u << 2)
#define FLG_RESERVED    (1u << 1)
#define FLG_DICTIONARY  (1u << 0)
#define HEADER_SIZE     15u        /* magic, two of flags, content size, checksum */
#define BLOCK_STORED    (1u << 31) /* not packed */
#define MIN_MATCH       4u
#define LENGTH_GOES_ON  15u
#define WORD            8u

/* What is being read and written; neither end is ever passed. */
struct lz4_state {
	const uint8_t *in, *in_end;
	uint8_t *out;
	uint8_t *const out_start, *const out_end;
};

static int fail(const char **why, const char *reason)
{
	*why = reason;
	return -EINVAL;
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Bytes continue a length of 15. Each adds at most 255: n cannot overflow. */
static bool length_read(struct lz4_state *s, unsigned begun, size_t *n)
{
	uint8_t more;

	*n = begun;
	if (begun != LENGTH_GOES_ON)
		return true;
	do {
		if (s->in == s->in_end)
			return false;
		more = *s->in++;
		*n += more;
	} while (more == 255);
	return true;
}

/* n bytes, and up to 7 more, which the caller knows to be there on both sides. */
static void copy_over(uint8_t *to, const uint8_t *from, size_t n)
{
	uint8_t *end = to + n;

	do {
		uint64_t w = get_le64(from);

		__builtin_memcpy(to, &w, WORD);
		to += WORD;
		from += WORD;
	} while (to < end);
}

static bool literals_copy(struct lz4_state *s, size_t n)
{
	size_t left = (size_t)(s->in_end - s->in), room = (size_t)(s->out_end - s->out);

	if (n > left || n > room)
		return false;
	if (left - n >= WORD && room - n >= WORD)
		copy_over(s->out, s->in, n);
	else
		memcpy(s->out, s->in, n);
	s->in += n;
	s->out += n;
	return true;
}

/* What was just written is repeated when the distance is shorter than the match. */
static bool match_copy(struct lz4_state *s, size_t distance, size_t n)
{
	size_t room = (size_t)(s->out_end - s->out);
	uint8_t *to = s->out;
	const uint8_t *from;

	if (!distance || distance > (size_t)(to - s->out_start) || n > room)
		return false;
	from = to - distance;
	s->out += n;
	if (room - n < WORD) {
		while (to < s->out)
			*to++ = *from++;
		return true;
	}
	if (distance < WORD) {
		/* A word, byte by byte; then from a multiple of the distance that is a word. */
		for (unsigned i = 0; i < WORD; i++)
			*to++ = *from++;
		if (n <= WORD)
			return true;
		n -= WORD;
		from = to - DIV_ROUND_UP(WORD, distance) * distance;
	}
	copy_over(to, from, n);
	return true;
}

/* Sequences of literals and a match; the last one has literals only. */
static bool block_unpack(struct lz4_state *s)
{
	while (s->in < s->in_end) {
		uint8_t token = *s->in++;
		size_t n, distance;

		if (!length_read(s, token >> 4, &n) || !literals_copy(s, n))
			return false;
		if (s->in == s->in_end)
			return true;
		if (s->in_end - s->in < 2)
			return false;
		distance = get_le16(s->in);
		s->in += 2;
		if (!length_read(s, token & 15, &n) || !match_copy(s, distance, n + MIN_MATCH))
			return false;
	}
	return false;
}

/* --- frames ----------------------------------------------------------------------------------- */

bool lz4_is_frame(const void *data, size_t size)
{
	return size >= 4 && get_le32(data) == FRAME_MAGIC;
}

int lz4_frame_open(struct lz4_frame *out, const void *data, size_t size, const char **why)
{
	const uint8_t *p = data;
	unsigned flags;

	if (!lz4_is_frame(data, size))
		return fail(why, "it is not an LZ4 frame");
	if (size < HEADER_SIZE)
		return fail(why, "it ends in its header");
	flags = p[4];
	if (FLG_VERSION(flags) != 1 || (flags & FLG_RESERVED))
		return fail(why, "it is of a version that nobody knows");
	if (flags & FLG_DICTIONARY)
		return fail(why, "it needs a dictionary");
	if (!(flags & FLG_SIZE))
		return fail(why,
			    "it does not say how large it is unpacked (lz4 --content-size does)");
	if (p[HEADER_SIZE - 1] != (xxh32(p + 4, HEADER_SIZE - 5) >> 8 & 0xff))
		return fail(why, "its header is damaged");
	*out = (struct lz4_frame){
		.blocks = p + HEADER_SIZE,
		.end = p + size,
		.content_size = get_le64(p + 6),
		.block_checksums = flags & FLG_BLOCK_SUM,
		.content_checksum = flags & FLG_CONTENT_SUM,
	};
	if (!out->content_size)
		return fail(why, "it is empty");
	return 0;
}

/* The next four bytes of a frame. */
static bool take_word(const uint8_t **p, const uint8_t *end, uint32_t *out)
{
	if (end - *p < 4)
		return false;
	*out = get_le32(*p);
	*p += 4;
	return true;
}

int lz4_frame_unpack(const struct lz4_frame *f, void *out, const char **why)
{
	struct lz4_state s = { .out = out,
			       .out_start = out,
			       .out_end = (uint8_t *)out + f->content_size };
	const uint8_t *p = f->blocks;
	uint32_t head, sum;

	for (;;) {
		size_t size;

		if (!take_word(&p, f->end, &head))
			return fail(why, "it ends before its last block");
		if (!head)
			break;
		size = head & ~BLOCK_STORED;
		if (size > (size_t)(f->end - p))
			return fail(why, "it ends in a block");
		s.in = p;
		s.in_end = p += size;
		if (f->block_checksums &&
		    (!take_word(&p, f->end, &sum) || sum != xxh32(s.in, size)))
			return fail(why, "the checksum of a block is wrong");
		if (!(head & BLOCK_STORED ? literals_copy(&s, size) : block_unpack(&s)))
			return fail(why, "a block is damaged");
	}
	if (s.out != s.out_end)
		return fail(why, "it is smaller than it says");
	if (f->content_checksum &&
	    (!take_word(&p, f->end, &sum) || sum != xxh32(out, f->content_size)))
		return fail(why, "its checksum is wrong");
	return 0;
}
