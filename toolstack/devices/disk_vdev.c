// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The numbers of Xen's block device interface: majors and minors as Linux once gave them to real
 * disks, and one bit with a larger space behind it for all that does not fit.
 */
#include "devices/disk_vdev.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define VDEV_XVD      (202u << 8)
#define VDEV_SD       (8u << 8)
#define VDEV_HD0      (3u << 8)
#define VDEV_HD2      (22u << 8)
#define VDEV_EXTENDED (1u << 28)
#define DISKS_MAX     (1u << 20) /* of the extended kind, with 256 numbers each */

/* a is 0, z is 25, aa is 26. */
static bool read_letters(const char **p, unsigned int *n)
{
	const char *from = *p;
	unsigned int value = 0;

	for (; islower((unsigned char)**p); (*p)++) {
		value = value * 26 + (unsigned int)(**p - 'a' + 1);
		if (value > DISKS_MAX)
			return false;
	}
	*n = value - 1;
	return *p != from;
}

static bool read_number(const char **p, unsigned int *n)
{
	const char *from = *p;
	unsigned int value = 0;

	for (; isdigit((unsigned char)**p); (*p)++) {
		value = value * 10 + (unsigned int)(**p - '0');
		if (value > DISKS_MAX)
			return false;
	}
	*n = value;
	return *p != from && (*from != '0' || *p == from + 1);
}

/* Nothing (the whole disk), or a partition's number from 1 on. */
static bool read_partition(const char **p, unsigned int *n)
{
	*n = 0;
	return **p == '\0' || (read_number(p, n) && *n > 0);
}

static bool number_xvd(unsigned int disk, unsigned int part, uint32_t *devid)
{
	if (disk >= DISKS_MAX || part > 255)
		return false;
	*devid = disk < 16 && part < 16 ? VDEV_XVD | disk << 4 | part
					: VDEV_EXTENDED | disk << 8 | part;
	return true;
}

static bool number_sd(unsigned int disk, unsigned int part, uint32_t *devid)
{
	*devid = VDEV_SD | disk << 4 | part;
	return disk < 16 && part < 16;
}

static bool number_hd(unsigned int disk, unsigned int part, uint32_t *devid)
{
	*devid = (disk < 2 ? VDEV_HD0 : VDEV_HD2) | (disk & 1) << 6 | part;
	return disk < 4 && part < 64;
}

/* 51712 or 0xca00, as scripts write it. */
static bool read_raw(const char *name, uint32_t *devid)
{
	bool hex = name[0] == '0' && name[1] == 'x';
	const char *p = name + (hex ? 2 : 0);
	uint32_t value = 0;

	if (!*p || strlen(p) > 9)
		return false;
	for (; *p; p++) {
		if (hex ? !isxdigit((unsigned char)*p) : !isdigit((unsigned char)*p))
			return false;
		value = value * (hex ? 16 : 10) +
			(uint32_t)(isdigit((unsigned char)*p) ? *p - '0' : (*p | 0x20) - 'a' + 10);
		if (value >= 2 * VDEV_EXTENDED)
			return false;
	}
	*devid = value;
	return value != 0;
}

bool disk_vdev_parse(const char *name, uint32_t *devid)
{
	static const struct {
		const char *prefix;
		bool (*number)(unsigned int disk, unsigned int part, uint32_t *devid);
	} kinds[] = { { "xvd", number_xvd }, { "sd", number_sd }, { "hd", number_hd } };
	unsigned int disk, part = 0;
	const char *p;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].prefix);

		p = name + len;
		if (strncmp(name, kinds[i].prefix, len) == 0)
			return read_letters(&p, &disk) && read_partition(&p, &part) && !*p &&
			       kinds[i].number(disk, part, devid);
	}
	if (name[0] != 'd')
		return read_raw(name, devid);
	p = name + 1;
	if (!read_number(&p, &disk))
		return false;
	if (*p == 'p' && (p++, !read_number(&p, &part)))
		return false;
	return !*p && number_xvd(disk, part, devid);
}
