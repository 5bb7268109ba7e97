// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One VM after the other: a snapshot, which stays on the host, or goes to the policy's target, is
 * read back from there, and only then takes an older one's place. A VM that fails does not keep
 * the others. See run.h.
 */
#include "backup/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/stream.h"
#include "backup/target.h"
#include "backup/verify.h"

struct run {
	struct backup *b;
	const char *ref, *uuid; /* of the policy */
	const struct policy *p;
	struct target target; /* if it has one */
	json_t *index;
	unsigned int done, all; /* VMs */
	const char *vm, *vm_uuid, *vm_name;
	struct journal journal;
	unsigned int parts;
	uint64_t size;
	const char *message; /* the name of that of a failure */
};

/* ---- to a target ------------------------------------------------------------------------- */

static int copy_out(struct run *r, struct stream *s, struct reason *why)
{
	ssize_t n;

	while ((n = stream_read(s, why)) > 0) {
		if (target_write(&r->target, s->piece, (size_t)n, why) < 0 ||
		    backup_continue(r->b, why) < 0)
			return -1;
		r->size += (uint64_t)n;
	}
	return n < 0 ? -1 : 0;
}

static int archive_write(struct run *r, const char *snapshot, struct reason *why)
{
	struct stream *s = malloc(sizeof(*s));
	int rc = -1;

	r->size = 0;
	if (!s)
		return reason_set(why, "out of memory");
	if (stream_export(s, r->b, snapshot, why) == 0) {
		rc = target_put_begin(&r->target, r->journal.archive, why);
		if (rc == 0) {
			rc = copy_out(r, s, why);
			if (rc == 0)
				rc = target_put_end(&r->target, why);
			else
				target_put_cancel(&r->target);
		}
		stream_close(s);
	}
	r->parts = r->target.parts;
	free(s);
	return rc;
}

static int archive_check(struct run *r, struct reason *why)
{
	struct reason end = { "" }, what = { "" };
	uint64_t size = 0;
	int fd, rc;

	if (r->p->verify_size) {
		if (target_size(&r->target, r->journal.archive, r->parts, &size, why) < 0)
			return -1;
		return size == r->size
			       ? 0
			       : reason_set(why, "%llu of %llu bytes arrived",
					    (unsigned long long)size, (unsigned long long)r->size);
	}
	fd = target_get_begin(&r->target, r->journal.archive, r->parts, &what);
	if (fd < 0)
		return reason_set(why, "reading it back: %.200s", what.text);
	rc = archive_verify(fd, r->size, &what);
	/* A download that was cut off is why the archive was. */
	if (target_get_end(&r->target, &end) < 0)
		return reason_set(why, "reading it back: %.200s",
				  rc < 0 && !end.text[0] ? what.text : end.text);
	return rc < 0 ? reason_set(why, "what was written is not whole: %.200s", what.text) : 0;
}

static json_t *entry_of(const struct run *r)
{
	char now[24];

	time_text(time(NULL), now);
	return json_pack("{ss,ss,ss,ss,ss,sI,si}", "name", r->journal.archive, "vm", r->vm_uuid,
			 "vm_name", r->vm_name, "policy", r->uuid, "time", now, "size",
			 (json_int_t)r->size, "parts", (int)r->parts);
}

static bool is_ours(const struct run *r, const json_t *entry)
{
	return strcmp(record_text(entry, "vm"), r->vm_uuid) == 0 &&
	       strcmp(record_text(entry, "policy"), r->uuid) == 0;
}

/* The oldest of this VM's goes first; its file before its entry, so that none is forgotten. */
static int archives_retain(struct run *r, struct reason *why)
{
	for (;;) {
		const json_t *e;
		size_t nr = 0, oldest = 0, i;
		json_t *at;

		json_array_foreach(r->index, i, at)
		{
			const json_t *old = json_array_get(r->index, oldest);

			if (!is_ours(r, at))
				continue;
			if (nr++ == 0 ||
			    strcmp(record_text(at, "time"), record_text(old, "time")) < 0)
				oldest = i;
		}
		if (nr <= r->p->retention)
			return 0;
		e = json_array_get(r->index, oldest);
		if (target_remove(&r->target, record_text(e, "name"),
				  (unsigned int)json_integer_value(json_object_get(e, "parts")),
				  why) < 0)
			return -1;
		json_array_remove(r->index, oldest);
		if (target_index_put(&r->target, r->index, why) < 0)
			return -1;
	}
}

static int archive(struct run *r, const char *snapshot, struct reason *why)
{
	struct reason unknown;

	r->message = "VMPP_ARCHIVE_FAILED_0";
	if (archive_write(r, snapshot, why) < 0 || archive_check(r, why) < 0) {
		target_remove(&r->target, r->journal.archive, r->parts, &unknown);
		return -1;
	}
	json_array_append_new(r->index, entry_of(r));
	if (target_index_put(&r->target, r->index, why) < 0) {
		json_array_remove(r->index, json_array_size(r->index) - 1);
		target_remove(&r->target, r->journal.archive, r->parts, &unknown);
		return -1;
	}
	return archives_retain(r, why);
}

/* ---- one VM ------------------------------------------------------------------------------ */

static void names_make(struct run *r)
{
	char now[24];

	time_text(time(NULL), now);
	r->journal = (struct journal){ .archive = "" };
	snprintf(r->journal.policy, sizeof(r->journal.policy), "%s", r->uuid);
	snprintf(r->journal.vm, sizeof(r->journal.vm), "%s", r->vm_uuid);
	snprintf(r->journal.snapshot, sizeof(r->journal.snapshot), "backup-%s-%.60s", now,
		 r->vm_name);
	if (r->index)
		snprintf(r->journal.archive, sizeof(r->journal.archive), "%s-%s.xva.zst",
			 r->vm_uuid, now);
}

static int protect(struct run *r, struct reason *why)
{
	struct reason more;
	char snapshot[API_REF];
	bool stays = false;
	int rc;

	/* What the one before could not remove. */
	run_repair(r->b);
	names_make(r);
	r->message = "VMPP_SNAPSHOT_FAILED";
	if (journal_write(r->b, &r->journal, why) < 0)
		return -1;
	rc = snapshot_make(r->b, r->vm, r->journal.snapshot, r->uuid, r->p->checkpoint, snapshot,
			   why);
	if (rc == 0 && r->index) {
		rc = archive(r, snapshot, why);
		if (snapshot_destroy(r->b, snapshot, &more) < 0) {
			stays = true;
			if (rc == 0)
				rc = reason_set(why, "its snapshot stays: %.200s", more.text);
		}
	} else if (rc == 0) {
		rc = snapshots_retain(r->b, r->vm, r->uuid, r->p->retention, why);
	}
	if (!stays)
		journal_remove(r->b);
	return rc;
}

static void report(struct run *r, bool running, bool archived, const char *words)
{
	api_do(&r->b->api, "VMPP.report", json_pack("[sbbs]", r->ref, running, archived, words));
}

static void failed(struct run *r, const char *message, const char *words)
{
	char text[512];

	snprintf(text, sizeof(text), "VM '%.60s': %.320s", r->vm_name ? r->vm_name : "-", words);
	log_error("%s: %s", message, text);
	/* The API may have been started anew meanwhile: people hear of it all the same. */
	if (!api_do(&r->b->api, "VMPP.report", json_pack("[sbbs]", r->ref, 1, 0, text)) &&
	    courier_login(r->b->courier, &r->b->api))
		report(r, true, false, text);
	if (r->p->alarm)
		api_do(&r->b->api, "message.create",
		       json_pack("[sisss]", message, 2, "VMPP", r->uuid, text));
}

static int protect_one(struct run *r, const char *vm, const json_t *record, struct reason *why)
{
	char words[256];

	r->vm = vm;
	r->vm_uuid = record_text(record, "uuid");
	r->vm_name = record_text(record, "name_label");
	if (protect(r, why) < 0) {
		failed(r, r->message, why->text);
		return -1;
	}
	if (r->index)
		snprintf(words, sizeof(words), "VM '%.60s': %s, %llu bytes", r->vm_name,
			 r->journal.archive, (unsigned long long)r->size);
	else
		snprintf(words, sizeof(words), "VM '%.60s': snapshot '%.80s'", r->vm_name,
			 r->journal.snapshot);
	log_info("%s", words);
	report(r, true, r->index != NULL, words);
	return 0;
}

/* ---- a policy ---------------------------------------------------------------------------- */

static int protect_all(struct run *r, const json_t *vms, const char *only, struct reason *why)
{
	struct reason one;
	int rc = 0;
	json_t *ref;
	size_t i;

	r->all = (unsigned int)json_array_size(vms);
	json_array_foreach(vms, i, ref)
	{
		json_t *vm = api_call(&r->b->api, "VM.get_record", json_pack("[O]", ref));

		if (vm && !json_is_true(json_object_get(vm, "is_a_template")) &&
		    (!only || strcmp(record_text(vm, "uuid"), only) == 0) &&
		    protect_one(r, json_string_value(ref), vm, &one) < 0) {
			if (rc == 0)
				*why = one;
			rc = -1;
		}
		json_decref(vm);
		r->done++;
		if (r->b->task[0])
			api_do(&r->b->api, "task.set_progress",
			       json_pack("[sf]", r->b->task, (double)r->done / (r->all + 1)));
	}
	return rc;
}

int run_policy(struct backup *b, const char *ref, const json_t *record, const char *vm,
	       struct reason *why)
{
	struct policy_fault f;
	struct policy p;
	struct run r = { .b = b, .ref = ref, .uuid = record_text(record, "uuid"), .p = &p };
	int rc = -1;

	if (policy_parse(record, &p, &f) < 0)
		return reason_set(why, "%s: %.100s", f.field, f.value);
	report(&r, true, false, "");
	if (p.target == TARGET_NONE) {
		rc = protect_all(&r, json_object_get(record, "VMs"), vm, why);
	} else {
		if (target_open(&r.target, b, &p, why) == 0)
			r.index = target_index(&r.target, why);
		if (r.index)
			rc = protect_all(&r, json_object_get(record, "VMs"), vm, why);
		else
			failed(&r, "VMPP_ARCHIVE_TARGET_MOUNT_FAILED", why->text);
		target_close(&r.target);
		json_decref(r.index);
	}
	report(&r, false, false, "");
	return rc;
}

/* ---- after a kill ------------------------------------------------------------------------ */

static bool index_has(const json_t *index, const char *name)
{
	json_t *e;
	size_t i;

	json_array_foreach(index, i, e) if (strcmp(record_text(e, "name"), name) == 0) return true;
	return false;
}

static void archive_clean(struct backup *b, const json_t *record, const char *name)
{
	struct policy_fault f;
	struct policy p;
	struct target t;
	struct reason why;
	json_t *index = NULL;

	if (policy_parse(record, &p, &f) < 0 || p.target == TARGET_NONE)
		return;
	if (target_open(&t, b, &p, &why) == 0 && (index = target_index(&t, &why)) &&
	    (index_has(index, name) || target_remove(&t, name, PARTS_LOOK, &why) == 0))
		log_info("%s: put in order", name);
	else
		log_warning("%s: what is left of it stays: %s", name, why.text);
	target_close(&t);
	json_decref(index);
}

void run_repair(struct backup *b)
{
	struct journal j;
	json_t *ref, *record = NULL;

	if (!journal_read(b, &j))
		return;
	log_warning("the backup '%s' was interrupted", j.snapshot);
	ref = api_call(&b->api, "VMPP.get_by_uuid", json_pack("[s]", j.policy));
	if (ref)
		record = api_call(&b->api, "VMPP.get_record", json_pack("[O]", ref));
	/* A snapshot of a policy without a target is whole, but for its mark: it goes as well. */
	snapshots_destroy_named(b, j.snapshot);
	if (record && j.archive[0])
		archive_clean(b, record, j.archive);
	if (record) {
		api_do(&b->api, "VMPP.report",
		       json_pack("[Obbs]", ref, 0, 0, "a run was interrupted"));
		api_do(&b->api, "message.create",
		       json_pack("[sisss]",
				 j.archive[0] ? "VMPP_ARCHIVE_FAILED_0" : "VMPP_SNAPSHOT_FAILED", 2,
				 "VMPP", j.policy,
				 "a run was interrupted; what it left was removed"));
	}
	journal_remove(b);
	json_decref(record);
	json_decref(ref);
}
