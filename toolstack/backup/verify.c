// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader that imports VMs, with disks that go nowhere. See verify.h.
 */
#include "backup/verify.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "transfer/ova.h"
#include "transfer/xva.h"

struct verifying {
	struct ova ova;
	struct disk disk;
	int nowhere;
	size_t disks;
};

static int take_ova(void *arg, struct bytes text, struct reason *why)
{
	struct verifying *v = arg;

	return ova_read(&v->ova, text, why);
}

static struct disk *give_disk(void *arg, const char *name, struct reason *why)
{
	struct verifying *v = arg;
	const json_t *record = ova_find(&v->ova, "VDI", name);
	json_t *size = record ? ova_value("VDI", record, "virtual_size") : NULL;

	if (!size || json_integer_value(size) <= 0) {
		reason_set(why, "%s is not in ova.xml", name);
		json_decref(size);
		return NULL;
	}
	v->disk = disk_of(v->nowhere, (uint64_t)json_integer_value(size));
	v->disks++;
	json_decref(size);
	return &v->disk;
}

static size_t disks_said(const struct ova *ova)
{
	const char *id;
	size_t nr = 0;

	while (ova_object(ova, "VDI", nr, &id))
		nr++;
	return nr;
}

int archive_verify(int fd, uint64_t len, struct reason *why)
{
	struct verifying v = { .nowhere = open("/dev/null", O_RDWR | O_CLOEXEC) };
	const struct source_input input = { .fd = fd, .len = len };
	const struct xva_reader reader = { take_ova, give_disk, &v, NULL };
	struct source *from = v.nowhere >= 0 ? source_open(&input, why) : NULL;
	int rc = -1;

	if (from)
		rc = xva_read(from, &reader, why);
	if (rc == 0 && v.disks != disks_said(&v.ova))
		rc = reason_set(why, "%zu of %zu disks are there", v.disks, disks_said(&v.ova));
	if (from)
		source_close(from);
	ova_free(&v.ova);
	if (v.nowhere >= 0)
		close(v.nowhere);
	return rc;
}
