// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /export_raw_vdi and /import_raw_vdi: the contents of a disk, as they are or as a VHD.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "transfer/job.h"
#include "transfer/raw.h"
#include "transfer/vhd.h"

static bool format_is(struct job *j, bool *vhd)
{
	char format[16], base[API_REF];

	request_param(j->request, "format", format, sizeof(format));
	*vhd = strcmp(format, "vhd") == 0;
	if (request_param(j->request, "base", base, sizeof(base)) && base[0])
		return api_fail(&j->api, "NOT_IMPLEMENTED", "differences to another disk", NULL) ==
		       0;
	if (!*vhd && format[0] && strcmp(format, "raw") != 0)
		return api_fail(&j->api, "NOT_IMPLEMENTED", "disks as", format, NULL) == 0;
	return true;
}

static int export_disk(struct job *j, struct disk *disk, bool vhd)
{
	struct reason why;
	struct sink *to = sink_open(j->request->fd, PACKING_NONE, &why);
	int rc = -1;

	if (to && reply_begin(j->request, "application/octet-stream", NULL, &why) == 0)
		rc = (vhd ? vhd_write : raw_write)(to, disk, &j->progress, &why);
	if (to)
		sink_close(to);
	return rc < 0 ? job_fail(j, "VDI_IO_ERROR", &why) : 0;
}

int job_export_vdi(struct job *j)
{
	char vdi[API_REF];
	struct disk disk;
	bool vhd;
	int rc;

	if (!format_is(j, &vhd) || !job_object(j, "VDI", "vdi", vdi) ||
	    job_disk_open(j, vdi, false, &disk) < 0)
		return -1;
	rc = export_disk(j, &disk, vhd);
	close(disk.fd);
	return rc;
}

int job_import_vdi(struct job *j)
{
	const struct source_input input = request_body(j->request);
	struct source *from;
	struct reason why;
	char vdi[API_REF];
	struct disk disk;
	bool vhd;
	int rc = -1;

	if (!format_is(j, &vhd) || !job_object(j, "VDI", "vdi", vdi) ||
	    job_disk_open(j, vdi, true, &disk) < 0)
		return -1;
	from = source_open(&input, &why);
	if (from) {
		rc = (vhd ? vhd_read : raw_read)(from, &disk, &j->progress, &why);
		source_close(from);
	}
	close(disk.fd);
	return rc < 0 ? job_fail(j, "VDI_IO_ERROR", &why) : 0;
}
