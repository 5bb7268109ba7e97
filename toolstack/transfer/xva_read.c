// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entry by entry. A block is written when its checksum has come and is right. Numbers only count:
 * a block without bytes, which some writers send to keep a connection alive, takes a number and no
 * place.
 */
#include "transfer/xva.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "transfer/tar.h"
#include "transfer/xva_sum.h"

#define BLOCK_MAX (16u << 20)

struct reading {
	struct source *from;
	const struct xva_reader *reader;
	bool described;
	char name[XVA_DISK_NAME]; /* of the disk that comes; "" before the first */
	struct disk *disk;
	size_t block_size; /* 0: its first block has not come */
	uint64_t at;       /* where the next block goes, if no number is left out */
	uint64_t number;   /* of the next one then */
	bool waiting;      /* for the checksum of what is in block */
	size_t len;
	uint8_t *block; /* room bytes */
	size_t room;
	char entry[TAR_NAME];
};

/* "Ref:12/00000003.checksum": its parts. False if it is none. */
static bool entry_split(const char *entry, char disk[XVA_DISK_NAME], uint64_t *number,
			const char **suffix)
{
	const char *slash = strchr(entry, '/');
	char *end;

	if (!slash || slash == entry || slash - entry >= XVA_DISK_NAME ||
	    !isdigit((unsigned char)slash[1]) || strspn(slash + 1, "0123456789") > 12)
		return false;
	memcpy(disk, entry, (size_t)(slash - entry));
	disk[slash - entry] = '\0';
	*number = strtoull(slash + 1, &end, 10);
	*suffix = end;
	return *end == '\0' || strcmp(end, ".checksum") == 0 || strcmp(end, ".xxhash") == 0;
}

static int disk_finish(struct reading *r, struct reason *why)
{
	if (r->waiting)
		return reason_set(why, "%s/%08llu has no checksum", r->name,
				  (unsigned long long)r->number - 1);
	if (!r->disk)
		return 0;
	if (r->at != r->disk->size)
		return reason_set(why, "%s ends after %llu of %llu bytes", r->name,
				  (unsigned long long)r->at, (unsigned long long)r->disk->size);
	return disk_end(r->disk, why);
}

static int disk_begin(struct reading *r, const char *name, struct reason *why)
{
	if (!r->described)
		return reason_set(why, "no ova.xml before the first disk");
	if (disk_finish(r, why) < 0)
		return -1;
	r->disk = r->reader->disk(r->reader->arg, name, why);
	if (!r->disk)
		return -1;
	strcpy(r->name, name);
	r->block_size = 0;
	r->at = r->number = 0;
	return 0;
}

/* As long as the longest of its disk, which comes first. */
static int block_room(struct reading *r, size_t size, struct reason *why)
{
	uint8_t *block;

	if (size <= r->room)
		return 0;
	block = realloc(r->block, size);
	if (!block)
		return reason_set(why, "out of memory");
	r->block = block;
	r->room = size;
	return 0;
}

static int block_read(struct reading *r, uint64_t number, uint64_t size, struct reason *why)
{
	uint64_t left_out = number - r->number;

	if (r->waiting)
		return reason_set(why, "%s has no checksum before %s", r->name, r->entry);
	if (number < r->number)
		return reason_set(why, "%s is out of order", r->entry);
	if (size > BLOCK_MAX || (r->block_size && size > r->block_size))
		return reason_set(why, "%s has %llu bytes", r->entry, (unsigned long long)size);
	if (!r->block_size)
		r->block_size = size;
	if (left_out && r->block_size && left_out > (r->disk->size - r->at) / r->block_size)
		return reason_set(why, "%s is beyond the disk's end", r->entry);
	r->at += left_out * r->block_size;
	if (block_room(r, size, why) < 0 || source_read_all(r->from, r->block, size, why) < 0)
		return -1;
	r->number = number + 1;
	r->len = size;
	r->waiting = true;
	return 0;
}

static int sum_check(struct reading *r, uint64_t number, const char *suffix, uint64_t size,
		     struct reason *why)
{
	bool sha1 = strcmp(suffix, ".checksum") == 0;
	size_t len = sha1 ? XVA_SHA1_TEXT : XVA_XXHASH_TEXT;
	char said[XVA_SHA1_TEXT + 1] = "", is[XVA_SHA1_TEXT + 1];

	if (!r->waiting || number != r->number - 1)
		return reason_set(why, "%s is not behind its block", r->entry);
	if (size != len)
		return reason_set(why, "%s has %llu bytes", r->entry, (unsigned long long)size);
	if (source_read_all(r->from, said, len, why) < 0)
		return -1;
	if (sha1)
		xva_sha1(r->block, r->len, is);
	else
		xva_xxhash(r->block, r->len, is);
	if (strcasecmp(said, is) != 0)
		return reason_set(why, "%s/%08llu was altered: its checksum is wrong", r->name,
				  (unsigned long long)number);
	r->waiting = false;
	if (disk_write(r->disk, r->at, r->block, r->len, why) < 0)
		return -1;
	r->at += r->len;
	return progress_tell(r->reader->progress, r->at, r->disk->size, why);
}

static int ova_read(struct reading *r, uint64_t size, struct reason *why)
{
	uint8_t *text;
	int rc = -1;

	if (r->described)
		return reason_set(why, "a second ova.xml");
	if (size > XVA_OVA_MAX)
		return reason_set(why, "an ova.xml of %llu bytes", (unsigned long long)size);
	text = malloc(size + 1);
	if (!text)
		return reason_set(why, "out of memory");
	if (source_read_all(r->from, text, size, why) == 0)
		rc = r->reader->ova(r->reader->arg, (struct bytes){ text, size }, why);
	free(text);
	r->described = rc == 0;
	return rc;
}

static int entry_read(struct reading *r, const struct tar_entry *e, struct reason *why)
{
	char disk[XVA_DISK_NAME];
	const char *suffix;
	uint64_t number;

	strcpy(r->entry, e->name);
	if (strcmp(e->name, "ova.xml") == 0)
		return ova_read(r, e->size, why);
	if (!e->file || !entry_split(e->name, disk, &number, &suffix))
		return source_skip(r->from, e->size, why);
	if (strcmp(disk, r->name) != 0 && disk_begin(r, disk, why) < 0)
		return -1;
	return *suffix ? sum_check(r, number, suffix, e->size, why)
		       : block_read(r, number, e->size, why);
}

static int entries_read(struct reading *r, struct reason *why)
{
	for (;;) {
		uint8_t header[TAR_BLOCK];
		struct tar_entry e;
		int rc;

		if (source_read_all(r->from, header, sizeof(header), why) < 0)
			return -1;
		rc = tar_parse(header, &e, why);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return r->described ? disk_finish(r, why)
					    : reason_set(why, "an archive without ova.xml");
		if (entry_read(r, &e, why) < 0 ||
		    source_skip(r->from, tar_padding(e.size), why) < 0)
			return -1;
	}
}

/* What follows the end is padding, as tar writes it: not all of it may have been sent. */
static int rest_read(struct source *from, struct reason *why)
{
	uint8_t rest[4096];
	ssize_t len;

	do
		len = source_read(from, rest, sizeof(rest), why);
	while (len > 0 && sparse_is_zero(rest, (size_t)len));
	return len > 0 ? reason_set(why, "data behind the archive's end") : (int)len;
}

int xva_read(struct source *from, const struct xva_reader *reader, struct reason *why)
{
	struct reading r = { .from = from, .reader = reader };
	int rc = entries_read(&r, why);

	free(r.block);
	return rc == 0 && !source_is_open(from) ? rest_read(from, why) : rc;
}
