// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A list per connection. Changes are rare and watches few: each change looks at all of them.
 */
#include "xenstored/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xenstored/journal.h"
#include "xenstored/path.h"
#include "xenstored/usage.h"

static void watch_send(struct conn *c, const struct watch *w, const char *path)
{
	char payload[XENSTORE_PAYLOAD_MAX];
	size_t path_len, token_len = strlen(w->token) + 1;

	path += w->strip;
	path_len = strlen(path) + 1;
	if (path_len + token_len > sizeof(payload))
		return;
	memcpy(payload, path, path_len);
	memcpy(payload + path_len, w->token, token_len);
	conn_send(c, XS_WATCH_EVENT, 0, 0, payload, path_len + token_len);
}

static struct watch **watch_find(struct conn *c, const char *path, const char *token)
{
	struct watch **slot = &c->watches;

	while (*slot && (strcmp((*slot)->path, path) || strcmp((*slot)->token, token)))
		slot = &(*slot)->next;
	return slot;
}

static size_t watch_bytes(const struct watch *w)
{
	return sizeof(*w) + strlen(w->path) + strlen(w->token);
}

/* Takes it out of its place in the list. */
static void watch_free(struct conn *c, struct watch **slot)
{
	struct watch *w = *slot;

	*slot = w->next;
	c->nr_watches--;
	usage_sub(c->domid, 0, watch_bytes(w));
	free(w->path);
	free(w->token);
	free(w);
}

/* Those of domains outlive us. The path is as the client wrote it. */
static void watch_note(const struct conn *c, enum record_kind kind, const struct watch *w)
{
	if (c->durable)
		journal_add(&(struct record){ .kind = (uint16_t)kind,
					      .domid = (uint16_t)c->domid,
					      .name = w->path + w->strip,
					      .data = w->token,
					      .len = strlen(w->token) + 1 });
}

int watch_restore(struct conn *c, const char *path, const char *token)
{
	char full[PATH_ROOM];
	struct watch **slot, *w;

	if (!path_resolve(full, path, c->domid, true))
		return EINVAL;
	slot = watch_find(c, full, token);
	if (*slot)
		return EEXIST;
	w = calloc(1, sizeof(*w));
	if (!w)
		return ENOMEM;
	w->path = strdup(full);
	w->token = strdup(token);
	if (!w->path || !w->token) {
		free(w->path);
		free(w->token);
		free(w);
		return ENOMEM;
	}
	if (path[0] != '/' && path[0] != '@')
		w->strip = strlen(full) - strlen(path);
	*slot = w;
	c->nr_watches++;
	usage_add(c->domid, 0, watch_bytes(w));
	watch_note(c, RECORD_WATCH, w);
	return 0;
}

int watch_add(struct conn *c, const char *path, const char *token)
{
	if (c->domid && c->nr_watches >= QUOTA_WATCHES)
		return E2BIG;
	if (c->domid && usage_of(c->domid).bytes >= QUOTA_BYTES)
		return ENOSPC;
	return watch_restore(c, path, token);
}

void watch_dump(const struct conn *c)
{
	for (const struct watch *w = c->watches; w; w = w->next)
		watch_note(c, RECORD_WATCH, w);
}

int watch_remove(struct conn *c, const char *path, const char *token)
{
	char full[PATH_ROOM];
	struct watch **slot;

	if (!path_resolve(full, path, c->domid, true))
		return EINVAL;
	slot = watch_find(c, full, token);
	if (!*slot)
		return ENOENT;
	watch_note(c, RECORD_UNWATCH, *slot);
	watch_free(c, slot);
	return 0;
}

void watch_forget_all(struct conn *c)
{
	if (c->watches && c->durable)
		journal_add(&(struct record){ .kind = RECORD_RESET_WATCHES,
					      .domid = (uint16_t)c->domid });
	while (c->watches)
		watch_free(c, &c->watches);
}

struct change {
	const struct tree *tree;
	const char *path;
	const struct node *removed;
};

/* Whether that client may know: it may read the node, or could while there was one. */
static bool watch_may_see(const struct change *change, const struct conn *c)
{
	const struct node *n = change->removed;

	if (!n)
		n = tree_find_closest(change->tree, change->path);
	return conn_access(c, n) & PERM_READ;
}

static void fire_one(struct conn *c, void *arg)
{
	const struct change *change = arg;

	for (struct watch *w = c->watches; w; w = w->next) {
		bool above = path_is_below(change->path, w->path);
		bool below = change->removed && path_is_below(w->path, change->path);

		if ((above || below) && watch_may_see(change, c))
			watch_send(c, w, above ? change->path : w->path);
	}
}

void watch_fire(const struct tree *t, const char *path, const struct node *removed)
{
	struct change change = { .tree = t, .path = path, .removed = removed };

	conn_each(fire_one, &change);
}

static void fire_special(struct conn *c, void *arg)
{
	for (struct watch *w = c->watches; w; w = w->next)
		if (c->domid == 0 && strcmp(w->path, arg) == 0)
			watch_send(c, w, w->path);
}

void watch_fire_special(const char *name)
{
	conn_each(fire_special, (void *)name);
}
