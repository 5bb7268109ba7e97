// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a target holds, and back from there. See run.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/run.h"
#include "backup/stream.h"
#include "backup/target.h"

/* The policy's target, with its index. NULL with the reason; the target is closed then. */
static json_t *target_enter(struct target *t, struct backup *b, struct policy *p,
			    const json_t *record, struct reason *why)
{
	struct policy_fault f;
	json_t *index = NULL;

	if (policy_parse(record, p, &f) < 0) {
		reason_set(why, "%s: %.100s", f.field, f.value);
		return NULL;
	}
	if (target_open(t, b, p, why) == 0)
		index = target_index(t, why);
	if (!index)
		target_close(t);
	return index;
}

int archives_list(struct backup *b, const json_t *record, struct buf *text, struct reason *why)
{
	struct policy p;
	struct target t;
	json_t *index = target_enter(&t, b, &p, record, why);
	char *dump;

	if (!index)
		return -1;
	dump = json_dumps(index, JSON_COMPACT);
	if (dump)
		buf_printf(text, "%s", dump);
	free(dump);
	target_close(&t);
	json_decref(index);
	return text->len && !text->failed ? 0 : reason_set(why, "out of memory");
}

static int copy_in(struct backup *b, int fd, struct stream *s, uint64_t len, struct reason *why)
{
	while (len > 0) {
		ssize_t n = read(fd, s->piece, sizeof(s->piece));

		if (n <= 0)
			return reason_set(why, "the archive ends %llu bytes before its time",
					  (unsigned long long)len);
		if ((uint64_t)n > len)
			n = (ssize_t)len;
		if (stream_write(s, s->piece, (size_t)n, why) < 0 || backup_continue(b, why) < 0)
			return -1;
		len -= (uint64_t)n;
	}
	return 0;
}

static const char *sr_ref(struct backup *b, const char *uuid, char ref[API_REF])
{
	json_t *found;

	if (!*uuid)
		return NULL;
	found = api_call(&b->api, "SR.get_by_uuid", json_pack("[s]", uuid));
	snprintf(ref, API_REF, "%s", found ? json_string_value(found) : uuid);
	json_decref(found);
	return ref;
}

/* What was kept is a snapshot; what comes back is the VM that it was of. */
static void become_vm(struct backup *b, const char *vm, const json_t *entry)
{
	api_do(&b->api, "VM.set_name_label", json_pack("[ss]", vm, record_text(entry, "vm_name")));
	api_do(&b->api, "VM.set_is_a_template", json_pack("[sb]", vm, 0));
	api_do(&b->api, "VM.remove_from_other_config", json_pack("[ss]", vm, "vmpp"));
}

static int restore_entry(struct backup *b, struct target *t, const json_t *e, const char *sr,
			 char vm[API_REF], struct reason *why)
{
	uint64_t size = (uint64_t)json_integer_value(json_object_get(e, "size"));
	unsigned int parts = (unsigned int)json_integer_value(json_object_get(e, "parts"));
	struct stream *s = malloc(sizeof(*s));
	struct reason end;
	char ref[API_REF];
	int fd, rc;

	if (!s)
		return reason_set(why, "out of memory");
	fd = target_get_begin(t, record_text(e, "name"), parts, why);
	rc = fd < 0 ? -1 : stream_import(s, b, size, sr_ref(b, sr, ref), why);
	if (rc == 0) {
		rc = copy_in(b, fd, s, size, why);
		if (rc == 0)
			rc = stream_imported(s, vm, why);
		if (rc == 0)
			become_vm(b, vm, e);
		stream_close(s);
	}
	if (fd >= 0 && target_get_end(t, &end) < 0 && rc < 0)
		*why = end;
	free(s);
	return rc;
}

int archive_restore(struct backup *b, const json_t *record, const char *name, const char *sr,
		    char vm[API_REF], struct reason *why)
{
	struct policy p;
	struct target t;
	json_t *index = target_enter(&t, b, &p, record, why), *e;
	int rc = 1;
	size_t i;

	if (!index)
		return -1;
	json_array_foreach(index, i, e) if (rc == 1 && strcmp(record_text(e, "name"), name) == 0)
	{
		rc = restore_entry(b, &t, e, sr, vm, why);
	}
	if (rc == 1)
		rc = reason_set(why, "%.128s: there is no such archive", name);
	target_close(&t);
	json_decref(index);
	return rc;
}
