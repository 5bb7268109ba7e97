// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sizes, and plans made of them. Pure functions.
 */
#include "storage/size.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THIN_CHUNK_MIN    (64 * KIB)
#define THIN_METADATA_MIN (8 * MIB)
#define THIN_METADATA_MAX (15 * GIB) /* the kernel uses no more than a little above */
#define THIN_MAPPING      64         /* bytes of metadata for each chunk that is mapped */

static bool unit_parse(const char *text, uint64_t *unit)
{
	static const char letters[] = "KMGTP";
	const char *at = *text ? strchr(letters, toupper((unsigned char)*text)) : NULL;

	*unit = 1;
	if (*text == '\0')
		return true;
	if (!at)
		return strcmp(text, "B") == 0;
	for (const char *c = letters; c <= at; c++)
		*unit *= 1024;
	return text[1] == '\0' || strcmp(text + 1, "iB") == 0;
}

bool size_parse(const char *text, uint64_t *bytes)
{
	uint64_t number, unit;
	char *end;

	if (!isdigit((unsigned char)*text) || strlen(text) > 24)
		return false;
	number = strtoull(text, &end, 10);
	if (end - text > 19 || !unit_parse(end, &unit))
		return false;
	return !__builtin_mul_overflow(number, unit, bytes);
}

void size_format(uint64_t bytes, char text[16])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0;
	uint64_t rest = 0;

	while (bytes >= 1024 && unit < 6) {
		rest = bytes % 1024;
		bytes /= 1024;
		unit++;
	}
	if (rest == 0)
		snprintf(text, 16, "%u %s", (unsigned int)bytes, units[unit]);
	else
		snprintf(text, 16, "%u.%u %s", (unsigned int)bytes,
			 (unsigned int)(rest * 10 / 1024), units[unit]);
}

bool size_round_up(uint64_t bytes, uint64_t unit, uint64_t *out)
{
	uint64_t over = bytes % unit;

	return !__builtin_add_overflow(bytes, over ? unit - over : 0, out);
}

uint64_t size_share(uint64_t bytes, unsigned int hundredths)
{
	return (uint64_t)((unsigned __int128)bytes * hundredths / 10000);
}

unsigned int size_hundredths(uint64_t part, uint64_t whole)
{
	if (whole == 0 || part >= whole)
		return 10000;
	return (unsigned int)(((unsigned __int128)part * 9999 + whole - 1) / whole);
}

/* The metadata for so much data in chunks; 0 if the chunks are too small for it. */
static uint64_t thin_metadata(uint64_t data, uint64_t chunk, uint64_t extent)
{
	uint64_t bytes = data / chunk * THIN_MAPPING;

	bytes += bytes / 4;
	if (bytes < THIN_METADATA_MIN)
		bytes = THIN_METADATA_MIN;
	if (bytes > THIN_METADATA_MAX || !size_round_up(bytes, extent, &bytes))
		return 0;
	return bytes;
}

bool thin_plan_create(uint64_t free, uint64_t extent, uint64_t wanted, struct thin_plan *plan)
{
	uint64_t most = wanted ? wanted : free;

	if (extent == 0 || free < extent || most > free)
		return false;
	/* Chunks grow with the pool: one that is copied whole for a first write should be small. */
	plan->chunk = THIN_CHUNK_MIN;
	while (plan->chunk < GIB && most / plan->chunk * THIN_MAPPING > GIB)
		plan->chunk *= 2;
	plan->metadata = thin_metadata(most, plan->chunk, extent);
	if (plan->metadata == 0 || free < 2 * plan->metadata + extent)
		return false;
	free -= 2 * plan->metadata;
	if (!wanted)
		plan->data = free - free % extent;
	else if (!size_round_up(wanted, extent, &plan->data))
		return false;
	return plan->data <= free;
}

enum fullness fullness_of(unsigned int hundredths)
{
	if (hundredths >= FULL_ALARM)
		return FULLNESS_ALARM;
	return hundredths >= FULL_WARNING ? FULLNESS_WARNING : FULLNESS_OK;
}

uint64_t thin_plan_extend(uint64_t size, unsigned int used, uint64_t free, uint64_t extent)
{
	uint64_t add;

	if (used < FULL_WARNING || extent == 0 || !size_round_up(size / 5, extent, &add))
		return 0;
	if (add > free)
		add = free;
	return add - add % extent;
}
