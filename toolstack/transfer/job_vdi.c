// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /export_raw_vdi and /import_raw_vdi: the contents of a disk, as they are, as a VHD or as a qcow2
 * image; as a VHD also what differs from another disk, mostly an older snapshot of the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/uuid.h"
#include "transfer/job.h"
#include "transfer/ova.h"
#include "transfer/qcow2.h"
#include "transfer/raw.h"
#include "transfer/spool.h"
#include "transfer/vhd.h"

#define LENGTH_MOST (1ull << 50) /* says that it is not known */

enum format { FORMAT_RAW, FORMAT_VHD, FORMAT_QCOW2, FORMAT_UNKNOWN };

static enum format format_of(struct job *j)
{
	static const char *const names[] = { "raw", "vhd", "qcow2" };
	char text[16];

	if (!request_param(j->request, "format", text, sizeof(text)) || !text[0])
		return FORMAT_RAW;
	for (int i = 0; i < FORMAT_UNKNOWN; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum format)i;
	api_fail(&j->api, "NOT_IMPLEMENTED", "disks as", text, NULL);
	return FORMAT_UNKNOWN;
}

/* ---- out --------------------------------------------------------------------------------- */

static bool uuid_of(struct job *j, const char *vdi, uint8_t uuid[16], char *name, size_t room)
{
	json_t *text = api_call(&j->api, "VDI.get_uuid", json_pack("[s]", vdi));
	bool good = text && uuid_parse(json_string_value(text), uuid);

	if (good && name)
		snprintf(name, room, "%s.vhd", json_string_value(text));
	json_decref(text);
	return good;
}

/* That which differences are wanted to. base->fd -1: there is none. False: see the error. */
static bool base_open(struct job *j, enum format format, struct disk *base, struct vhd_identity *id)
{
	char text[API_REF], ref[API_REF];

	base->fd = -1;
	if (!request_param(j->request, "base", text, sizeof(text)) || !text[0])
		return true;
	if (format != FORMAT_VHD)
		return api_fail(&j->api, "NOT_IMPLEMENTED", "differences but as a VHD", NULL) == 0;
	if (!job_object(j, "VDI", "base", ref) ||
	    !uuid_of(j, ref, id->base_uuid, id->base_name, sizeof(id->base_name)) ||
	    job_disk_open(j, ref, false, base) < 0)
		return false;
	id->base = base;
	return true;
}

static int disk_send(struct job *j, enum format format, struct disk *disk,
		     const struct vhd_identity *id)
{
	struct reason why;
	struct sink *to = sink_open(j->request->fd, PACKING_NONE, &why);
	int rc = -1;

	if (to && reply_begin(j->request, "application/octet-stream", NULL, &why) == 0) {
		if (format == FORMAT_VHD)
			rc = vhd_write(to, disk, id, &j->progress, &why);
		else
			rc = (format == FORMAT_QCOW2 ? qcow2_write : raw_write)(to, disk,
										&j->progress, &why);
	}
	if (to)
		sink_close(to);
	return rc < 0 ? job_fail(j, "VDI_IO_ERROR", &why) : 0;
}

int job_export_vdi(struct job *j)
{
	const enum format format = format_of(j);
	struct vhd_identity id = { .base = NULL };
	struct disk disk, base;
	char vdi[API_REF];
	int rc = -1;

	if (format == FORMAT_UNKNOWN || !job_object(j, "VDI", "vdi", vdi) ||
	    !uuid_of(j, vdi, id.uuid, NULL, 0) || job_disk_open(j, vdi, false, &disk) < 0)
		return -1;
	if (base_open(j, format, &base, &id))
		rc = disk_send(j, format, &disk, &id);
	if (base.fd >= 0)
		close(base.fd);
	close(disk.fd);
	return rc;
}

/* ---- in ---------------------------------------------------------------------------------- */

/* A disk for the stream itself, in the same repository; it goes with the job. */
static int spool_open(struct job *j, const char *vdi, const struct disk *disk, bool packed,
		      char spool_vdi[API_REF], struct disk *spool)
{
	const uint64_t len = j->request->scgi.content_length, room = spool_room(disk->size);
	json_t *sr = api_call(&j->api, "VDI.get_SR", json_pack("[s]", vdi)), *made = NULL;

	if (sr)
		made = api_call(&j->api, "VDI.create",
				json_pack("[{ss,ss,sO,sI,ss,sb,sb,s{ss}}]", "name_label",
					  "import (temporary)", "name_description",
					  "What is being imported; it goes by itself", "SR", sr,
					  "virtual_size",
					  (json_int_t)(packed || len > room ? room : len), "type",
					  "user", "sharable", 0, "read_only", 0, "other_config",
					  JOB_TEMPORARY, "true"));
	json_decref(sr);
	if (!made)
		return -1;
	job_made(j, "VDI", made);
	snprintf(spool_vdi, API_REF, "%s", json_string_value(made));
	json_decref(made);
	return job_disk_open(j, spool_vdi, true, spool);
}

/* The stream is read, and then what it has become. */
struct half {
	const struct progress *all;
	double from;
};

static int half_tell(void *arg, double part, struct reason *why)
{
	const struct half *h = arg;

	return h->all->tell(h->all->arg, h->from + part / 2, why);
}

static int image_read(struct job *j, const char *vdi, struct source *from, struct disk *to)
{
	struct half halves[] = { { &j->progress, 0 }, { &j->progress, 0.5 } };
	const struct progress coming = { half_tell, &halves[0] },
			      reading = { half_tell, &halves[1] };
	char spool_vdi[API_REF];
	struct disk spool;
	struct reason why;
	int rc;

	if (spool_open(j, vdi, to, source_is_packed(from), spool_vdi, &spool) < 0)
		return -1;
	rc = spool_fill(from, &spool, to->size, &coming, &why);
	if (rc == 0)
		rc = qcow2_read(&spool, to, &reading, &why);
	close(spool.fd);
	if (rc < 0)
		return job_fail(j, "VDI_IO_ERROR", &why);
	/* The disk that it goes to may have been made by this stream, too. */
	json_array_remove(j->made, json_array_size(j->made) - 1);
	return api_do(&j->api, "VDI.destroy", json_pack("[s]", spool_vdi)) ? 0 : -1;
}

static int disk_take(struct job *j, enum format format, const char *vdi, struct disk *disk)
{
	const struct source_input input = request_body(j->request);
	struct reason why;
	struct source *from = source_open(&input, &why);
	int rc;

	if (!from)
		return job_fail(j, "VDI_IO_ERROR", &why);
	if (format == FORMAT_QCOW2) {
		rc = image_read(j, vdi, from, disk);
	} else {
		rc = (format == FORMAT_VHD ? vhd_read : raw_read)(from, disk, &j->progress, &why);
		if (rc < 0)
			job_fail(j, "VDI_IO_ERROR", &why);
	}
	source_close(from);
	return rc;
}

/* Of the disk to be made, in bytes; 0: see the error. */
static uint64_t size_of(struct job *j, enum format format)
{
	const uint64_t len = j->request->scgi.content_length;
	unsigned long long size;
	char text[24], *end;

	if (len == 0 || len >= LENGTH_MOST) {
		api_fail(&j->api, "VDI_IO_ERROR", "a new disk needs a Content-Length", NULL);
		return 0;
	}
	if (format == FORMAT_RAW && !request_has(j->request, "size"))
		return len;
	request_param(j->request, "size", text, sizeof(text));
	errno = 0;
	size = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || size == 0 || size >= LENGTH_MOST) {
		api_fail(&j->api, "INVALID_VALUE", "size", "the new disk's, in bytes", NULL);
		return 0;
	}
	return size;
}

/* The API takes nothing but UTF-8. */
static bool text_param(struct job *j, const char *name, char *text, size_t room)
{
	json_t *taken = request_param(j->request, name, text, room) ? json_string(text) : NULL;
	const bool good = taken;

	json_decref(taken);
	return good;
}

/* A new disk for what comes; it goes if not all of that comes. */
static int disk_make(struct job *j, const char *sr, enum format format, char vdi[API_REF])
{
	const uint64_t size = size_of(j, format);
	char name[256], description[256];
	json_t *made;

	if (!size)
		return -1;
	if (!text_param(j, "name", name, sizeof(name)))
		return api_fail(&j->api, "INVALID_VALUE", "name", "of 1 to 255 bytes, in UTF-8",
				NULL);
	if (!text_param(j, "description", description, sizeof(description)) &&
	    request_has(j->request, "description"))
		return api_fail(&j->api, "INVALID_VALUE", "description",
				"of at most 255 bytes, in UTF-8", NULL);
	made = api_call(&j->api, "VDI.create",
			json_pack("[{ss,ss,ss,sI,ss,sb,sb,s{ss}}]", "name_label", name,
				  "name_description", description, "SR", sr, "virtual_size",
				  (json_int_t)size, "type", "user", "sharable", 0, "read_only", 0,
				  "other_config", JOB_TEMPORARY, "true"));
	if (!made)
		return -1;
	job_made(j, "VDI", made);
	snprintf(vdi, API_REF, "%s", json_string_value(made));
	json_decref(made);
	return 0;
}

/* It stays; the task says which one it is. */
static int disk_keep(struct job *j, const char *vdi)
{
	if (!api_do(&j->api, "VDI.remove_from_other_config", json_pack("[ss]", vdi, JOB_TEMPORARY)))
		return -1;
	json_array_clear(j->made);
	buf_printf(&j->result, "<value>%s</value>", vdi);
	return 0;
}

/* An image of a library is only read from now on. */
static int image_seal(struct job *j, const char *vdi)
{
	json_t *record = job_record(j, "VDI", vdi), *sr = NULL, *ok = NULL;
	int rc = -1;

	if (record)
		sr = job_record(j, "SR", json_string_value(json_object_get(record, "SR")));
	if (sr && strcmp(ova_text(sr, "type"), "iso") != 0)
		rc = 0;
	else if (sr)
		ok = job_vmd_ask(j, "vdi.seal",
				 json_pack("{sO,sO}", "sr", json_object_get(sr, "uuid"), "vdi",
					   json_object_get(record, "uuid")));
	if (ok && api_do(&j->api, "VDI.update", json_pack("[s]", vdi)))
		rc = 0;
	json_decref(ok);
	json_decref(sr);
	json_decref(record);
	return rc;
}

int job_import_vdi(struct job *j)
{
	const enum format format = format_of(j);
	char vdi[API_REF], sr[API_REF];
	bool make = request_param(j->request, "sr_id", sr, sizeof(sr));
	struct disk disk;
	int rc;

	if (format == FORMAT_UNKNOWN)
		return -1;
	if (make ? !job_object(j, "SR", "sr_id", sr) || disk_make(j, sr, format, vdi) < 0
		 : !job_object(j, "VDI", "vdi", vdi))
		return -1;
	if (job_disk_open(j, vdi, true, &disk) < 0)
		return -1;
	/* It may be new; to look is all that this costs then. */
	disk.used = true;
	rc = disk_take(j, format, vdi, &disk);
	close(disk.fd);
	if (rc == 0)
		rc = image_seal(j, vdi);
	return rc == 0 && make ? disk_keep(j, vdi) : rc;
}
