// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /export: a VM that is halted, a snapshot or a template, with all its disks.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "transfer/job.h"
#include "transfer/ova.h"
#include "transfer/xva.h"

#define VERSION "1.0"

struct export
{
	struct job *job;
	struct ova ova;
	const char *disks[XVA_DISKS_MAX]; /* references; their texts are in the ova */
	struct xva_disk open[XVA_DISKS_MAX];
	size_t nr, opened;
};

/* An object and its record go into the ova; the record is lent. NULL: see the error. */
static const json_t *take(struct export *e, const char *class, const char *ref)
{
	json_t *record;

	if (ova_number(&e->ova, ref) >= 0)
		return ova_find(&e->ova, class, ref);
	record = job_record(e->job, class, ref);
	if (record && !ova_add(&e->ova, class, ref, record)) {
		api_fail(&e->job->api, "OUT_OF_SPACE", "memory", NULL);
		json_decref(record);
		return NULL;
	}
	/* The ova holds it now. */
	json_decref(record);
	return record;
}

static bool is_null(const char *ref)
{
	return !ref[0] || strcmp(ref, "OpaqueRef:NULL") == 0;
}

/* A disk and its repository. CDs stay where they are. */
static int take_vbd(struct export *e, const char *ref)
{
	const json_t *vbd = take(e, "VBD", ref), *vdi;

	if (!vbd)
		return -1;
	if (strcmp(ova_text(vbd, "type"), "Disk") != 0 || is_null(ova_text(vbd, "VDI")))
		return 0;
	if (e->nr == XVA_DISKS_MAX)
		return api_fail(&e->job->api, "NOT_IMPLEMENTED", "more than 64 disks", NULL);
	e->disks[e->nr] = ova_text(vbd, "VDI");
	vdi = take(e, "VDI", e->disks[e->nr++]);
	return vdi && take(e, "SR", ova_text(vdi, "SR")) ? 0 : -1;
}

static int take_vif(struct export *e, const char *ref)
{
	const json_t *vif = take(e, "VIF", ref);

	if (!vif)
		return -1;
	return is_null(ova_text(vif, "network")) || take(e, "network", ova_text(vif, "network"))
		       ? 0
		       : -1;
}

static int each(struct export *e, const json_t *refs, int (*one)(struct export *e, const char *ref))
{
	for (size_t i = 0; i < json_array_size(refs); i++)
		if (one(e, json_string_value(json_array_get(refs, i))) < 0)
			return -1;
	return 0;
}

static int take_all(struct export *e, const char *ref)
{
	const json_t *vm = take(e, "VM", ref);
	const char *state;

	if (!vm)
		return -1;
	state = ova_text(vm, "power_state");
	if (strcmp(state, "Halted") != 0)
		return api_fail(&e->job->api, "VM_BAD_POWER_STATE", ref, "halted", state, NULL);
	if (each(e, json_object_get(vm, "VBDs"), take_vbd) < 0)
		return -1;
	return each(e, json_object_get(vm, "VIFs"), take_vif);
}

static int open_all(struct export *e)
{
	for (; e->opened < e->nr; e->opened++) {
		struct xva_disk *d = &e->open[e->opened];

		snprintf(d->name, sizeof(d->name), "Ref:%d",
			 ova_number(&e->ova, e->disks[e->opened]));
		if (job_disk_open(e->job, e->disks[e->opened], false, &d->disk) < 0)
			return -1;
	}
	return 0;
}

static enum packing packing_of(const struct request *r)
{
	char word[16];

	request_param(r, "use_compression", word, sizeof(word));
	return strcmp(word, "zstd") == 0                                ? PACKING_ZSTD
	       : strcmp(word, "true") == 0 || strcmp(word, "gzip") == 0 ? PACKING_GZIP
									: PACKING_NONE;
}

static int stream(struct export *e)
{
	struct request *r = e->job->request;
	struct buf text = { 0 };
	struct reason why = { "out of memory" };
	struct sink *to = sink_open(r->fd, packing_of(r), &why);
	int rc = -1;

	ova_write(&e->ova, VERSION, &text);
	if (to && !text.failed &&
	    reply_begin(r, "application/octet-stream", "export.xva", &why) == 0)
		rc = xva_write(to, (struct bytes){ (uint8_t *)text.data, text.len }, e->open, e->nr,
			       &e->job->progress, &why);
	if (to)
		sink_close(to);
	buf_free(&text);
	return rc < 0 ? job_fail(e->job, "VDI_IO_ERROR", &why) : 0;
}

int job_export_vm(struct job *j)
{
	static struct export e;
	char ref[API_REF];
	int rc = -1;

	e.job = j;
	if (job_object(j, "VM", "vm", ref) && take_all(&e, ref) == 0 && open_all(&e) == 0)
		rc = stream(&e);
	for (size_t i = 0; i < e.opened; i++)
		close(e.open[i].disk.fd);
	ova_free(&e.ova);
	return rc;
}
