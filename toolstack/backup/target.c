// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Targets: what all kinds have in common. See target.h.
 */
#include "backup/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "courier/vmd_once.h"

#define VMD_MS    120000
#define INDEX_MAX (8u << 20)

/* A folder of our own below a directory of this host or of an NFS server, opened by vmd. */
static int directory_open(struct target *t, struct reason *why)
{
	const bool nfs = t->p->target == TARGET_NFS;
	json_t *ok = vmd_once(t->b->settings->vmd, nfs ? "backup.nfs" : "backup.folder",
			      json_pack("{ss}", nfs ? "source" : "path", t->p->location), VMD_MS,
			      &t->dir, why);

	if (ok && t->dir < 0)
		reason_set(why, "vmd has opened nothing");
	json_decref(ok);
	return t->dir < 0 ? -1 : 0;
}

static int secret_open(struct target *t, struct reason *why)
{
	json_t *ref, *value;

	if (!t->p->secret[0])
		return 0;
	ref = api_call(&t->b->api, "secret.get_by_uuid", json_pack("[s]", t->p->secret));
	value = ref ? api_call(&t->b->api, "secret.get_value", json_pack("[O]", ref)) : NULL;
	if (value)
		buf_printf(&t->secret, "%s", json_string_value(value));
	json_decref(value);
	json_decref(ref);
	return t->secret.len ? 0 : reason_set(why, "password_secret: there is no such secret");
}

int target_open(struct target *t, struct backup *b, const struct policy *p, struct reason *why)
{
	*t = (struct target){ .b = b, .p = p, .dir = -1, .fd = -1 };
	switch (p->target) {
	case TARGET_NFS:
	case TARGET_DIRECTORY: t->ops = &target_directory; return directory_open(t, why);
	case TARGET_S3: t->ops = &target_objects; return secret_open(t, why);
	case TARGET_SFTP:
	case TARGET_HTTP: t->ops = &target_remote; return secret_open(t, why);
	default: return reason_set(why, "this policy writes no archives");
	}
}

void target_close(struct target *t)
{
	struct reason unknown;

	if (t->dir >= 0)
		close(t->dir);
	if (t->dir >= 0 && t->p->target == TARGET_NFS)
		json_decref(vmd_once(t->b->settings->vmd, "backup.unmount",
				     json_pack("{ss}", "source", t->p->location), VMD_MS, NULL,
				     &unknown));
	if (t->secret.data)
		explicit_bzero(t->secret.data, t->secret.len);
	buf_free(&t->secret);
	buf_free(&t->part);
}

/* ---- archives ---------------------------------------------------------------------------- */

static void name_set(struct target *t, const char *name)
{
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->parts = 0;
}

int target_put_begin(struct target *t, const char *name, struct reason *why)
{
	name_set(t, name);
	return t->ops->put_begin(t, why);
}

int target_write(struct target *t, const void *data, size_t len, struct reason *why)
{
	return t->ops->write(t, data, len, why);
}

int target_put_end(struct target *t, struct reason *why)
{
	return t->ops->put_end(t, why);
}

void target_put_cancel(struct target *t)
{
	t->ops->put_cancel(t);
}

int target_get_begin(struct target *t, const char *name, unsigned int parts, struct reason *why)
{
	name_set(t, name);
	return t->ops->get_begin(t, parts, why);
}

int target_get_end(struct target *t, struct reason *why)
{
	return t->ops->get_end(t, why);
}

int target_size(struct target *t, const char *name, unsigned int parts, uint64_t *size,
		struct reason *why)
{
	return t->ops->size(t, name, parts, size, why);
}

int target_remove(struct target *t, const char *name, unsigned int parts, struct reason *why)
{
	return t->ops->remove(t, name, parts, why);
}

/* ---- the index --------------------------------------------------------------------------- */

/* A name that comes back from a target: others write there, too. */
static bool name_good(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < sizeof(((struct target *)0)->name) && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
		       len;
}

static bool entry_good(const json_t *e)
{
	json_int_t size = json_integer_value(json_object_get(e, "size"));
	json_int_t parts = json_integer_value(json_object_get(e, "parts"));

	return name_good(record_text(e, "name")) && *record_text(e, "time") && size >= 0 &&
	       parts >= 0 && parts <= 1000000;
}

json_t *target_index(struct target *t, struct reason *why)
{
	struct buf text = { 0 };
	json_t *index = NULL;
	int rc = t->ops->read_small(t, TARGET_INDEX, &text, why);

	if (rc == 1) {
		buf_free(&text);
		return json_array();
	}
	if (rc == 0 && text.len < INDEX_MAX && text.data)
		index = json_loadb(text.data, text.len, 0, NULL);
	buf_free(&text);
	if (rc == 0 && !json_is_array(index)) {
		json_decref(index);
		reason_set(why, TARGET_INDEX " is damaged: move it away to begin anew");
		return NULL;
	}
	for (size_t i = json_array_size(index); i-- > 0;)
		if (!entry_good(json_array_get(index, i)))
			json_array_remove(index, i);
	return index;
}

int target_index_put(struct target *t, const json_t *index, struct reason *why)
{
	char *dump = json_dumps(index, JSON_INDENT(1));
	struct buf text = { 0 };
	int rc;

	if (dump)
		buf_printf(&text, "%s\n", dump);
	free(dump);
	rc = !text.len || text.failed ? reason_set(why, "out of memory")
				      : t->ops->write_small(t, TARGET_INDEX, &text, why);
	buf_free(&text);
	return rc;
}
