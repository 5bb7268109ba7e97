// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A transaction keeps the tree as it was at its start, its own tree, and a list of steps: what it
 * looked at and what it changed. It commits if every node it touched still has the generation it
 * had at the start; then its changes are made again on the true tree.
 */
#include "xenstored/transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xenstored/journal.h"
#include "xenstored/path.h"
#include "xenstored/usage.h"
#include "xenstored/watch.h"

struct step {
	char *path;
	bool change; /* else only read */
	enum change_kind kind;
	uint8_t *value;
	size_t len;
	struct perms perms;
	unsigned int owner;
};

struct transaction {
	struct transaction *next;
	uint32_t id;
	unsigned int domid;
	bool lost; /* its beginning was in an earlier life of xenstored: it cannot commit */
	struct tree before;
	struct tree tree;
	struct step *steps;
	size_t nr_steps;
};

struct tree store;

static size_t step_bytes(const struct step *s)
{
	return sizeof(*s) + strlen(s->path) + s->len;
}

int transaction_store_init(void)
{
	return tree_init(&store);
}

static void transaction_free(struct transaction *t)
{
	for (size_t i = 0; i < t->nr_steps; i++) {
		usage_sub(t->domid, 0, step_bytes(&t->steps[i]));
		free(t->steps[i].path);
		free(t->steps[i].value);
	}
	free(t->steps);
	tree_free(&t->before);
	tree_free(&t->tree);
	free(t);
}

/* Only those of domains outlive us. */
static void transaction_note(const struct conn *c, enum record_kind kind, uint32_t id)
{
	if (c->durable)
		journal_add(&(struct record){
			.kind = (uint16_t)kind, .domid = (uint16_t)c->domid, .a = id });
}

static struct transaction *transaction_new(struct conn *c, uint32_t id)
{
	struct transaction *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->id = id;
	t->domid = c->domid;
	t->before = tree_share(&store);
	t->tree = tree_share(&store);
	t->next = c->transactions;
	c->transactions = t;
	c->nr_transactions++;
	return t;
}

int transaction_start(struct conn *c, uint32_t *id)
{
	struct transaction *other;

	if (c->domid && c->nr_transactions >= QUOTA_TRANSACTIONS)
		return ENOSPC;
	/* An id that is not 0 and not in use. */
	do {
		*id = ++c->next_transaction;
	} while (*id == 0 || transaction_find(c, *id, &other) == 0);
	if (!transaction_new(c, *id))
		return ENOMEM;
	transaction_note(c, RECORD_START, *id);
	return 0;
}

int transaction_lost(struct conn *c, uint32_t id)
{
	struct transaction *t;

	if (id == 0 || transaction_find(c, id, &t) == 0)
		return EINVAL;
	t = transaction_new(c, id);
	if (!t)
		return ENOMEM;
	t->lost = true;
	return 0;
}

void transaction_dump(const struct conn *c)
{
	for (const struct transaction *t = c->transactions; t; t = t->next)
		transaction_note(c, RECORD_START, t->id);
}

int transaction_find(struct conn *c, uint32_t id, struct transaction **t)
{
	*t = NULL;
	if (id == 0)
		return 0;
	for (*t = c->transactions; *t; *t = (*t)->next)
		if ((*t)->id == id)
			return 0;
	return ENOENT;
}

const struct tree *transaction_tree(const struct transaction *t)
{
	return t ? &t->tree : &store;
}

/* Appends an empty step for a path. NULL with errno. */
static struct step *step_add(struct transaction *t, const char *path)
{
	struct step *steps;
	char *copy;

	if (t->domid && (t->nr_steps >= QUOTA_STEPS || usage_of(t->domid).bytes >= QUOTA_BYTES)) {
		errno = ENOSPC;
		return NULL;
	}
	steps = realloc(t->steps, (t->nr_steps + 1) * sizeof(*steps));
	if (steps)
		t->steps = steps;
	copy = strdup(path);
	if (!steps || !copy) {
		free(copy);
		errno = ENOMEM;
		return NULL;
	}
	steps[t->nr_steps] = (struct step){ .path = copy };
	usage_add(t->domid, 0, step_bytes(&steps[t->nr_steps]));
	return &steps[t->nr_steps++];
}

int transaction_read(struct transaction *t, const char *path)
{
	if (!t)
		return 0;
	return step_add(t, path) ? 0 : errno;
}

int change_apply(struct tree *tree, const struct change_request *r)
{
	switch (r->kind) {
	case CHANGE_WRITE: return tree_write(tree, r->path, r->value, r->len, r->owner);
	case CHANGE_MAKE: return tree_make(tree, r->path, r->owner);
	case CHANGE_REMOVE: return tree_remove(tree, r->path);
	case CHANGE_PERMS: return tree_set_perms(tree, r->path, r->perms);
	}
	return EINVAL;
}

static void change_note(const struct change_request *r)
{
	static const uint16_t kinds[] = {
		[CHANGE_WRITE] = RECORD_WRITE,
		[CHANGE_MAKE] = RECORD_MAKE,
		[CHANGE_REMOVE] = RECORD_REMOVE,
		[CHANGE_PERMS] = RECORD_PERMS,
	};
	struct record record = { .kind = kinds[r->kind], .a = r->owner, .name = r->path };

	record.data = r->kind == CHANGE_PERMS ? (const void *)r->perms : r->value;
	record.len = r->kind == CHANGE_PERMS ? sizeof(*r->perms) : r->len;
	journal_add(&record);
}

/* On the true tree, with watches. */
static int change_publish(const struct change_request *r)
{
	struct tree before = tree_share(&store);
	int rc = change_apply(&store, r);

	if (rc == 0) {
		change_note(r);
		watch_fire(&store, r->path,
			   r->kind == CHANGE_REMOVE ? tree_find(&before, r->path) : NULL);
	}
	tree_free(&before);
	return rc;
}

int transaction_change(struct transaction *t, const struct change_request *r)
{
	struct step *s;
	int rc;

	if (!t)
		return change_publish(r);
	s = step_add(t, r->path);
	if (!s)
		return errno;
	s->value = malloc(r->len ? r->len : 1);
	if (!s->value)
		return ENOMEM;
	if (r->len)
		memcpy(s->value, r->value, r->len);
	s->len = r->len;
	usage_add(t->domid, 0, s->len);
	s->kind = r->kind;
	s->owner = r->owner;
	if (r->perms)
		s->perms = *r->perms;
	rc = change_apply(&t->tree, r);
	s->change = rc == 0;
	return rc;
}

static bool still_valid(const struct transaction *t)
{
	if (t->lost)
		return false;
	if (store.root == t->before.root)
		return true;
	for (size_t i = 0; i < t->nr_steps; i++) {
		const struct node *then = tree_find_closest(&t->before, t->steps[i].path);
		const struct node *now = tree_find_closest(&store, t->steps[i].path);

		if (strcmp(then->name, now->name) != 0 || then->gen != now->gen)
			return false;
	}
	return true;
}

int transaction_end(struct conn *c, uint32_t id, bool commit)
{
	struct transaction **slot = &c->transactions;
	struct transaction *t;
	int rc = 0;

	while (*slot && (*slot)->id != id)
		slot = &(*slot)->next;
	t = *slot;
	if (!t)
		return ENOENT;
	*slot = t->next;
	c->nr_transactions--;
	transaction_note(c, RECORD_END, id);
	if (commit && !still_valid(t))
		rc = EAGAIN;
	for (size_t i = 0; commit && rc == 0 && i < t->nr_steps; i++) {
		const struct step *s = &t->steps[i];
		struct change_request r = {
			.kind = s->kind,
			.path = s->path,
			.value = s->value,
			.len = s->len,
			.perms = &s->perms,
			.owner = s->owner,
		};

		if (s->change)
			change_publish(&r);
	}
	transaction_free(t);
	return rc;
}

void transaction_forget_all(struct conn *c)
{
	if (c->transactions)
		transaction_note(c, RECORD_RESET_STARTS, 0);
	while (c->transactions) {
		struct transaction *t = c->transactions;

		c->transactions = t->next;
		transaction_free(t);
	}
	c->nr_transactions = 0;
}

/* The same permissions without a domain that is not the owner. False: it is not in there. */
static bool perms_without(const struct perms *perms, unsigned int domid, struct perms *rest)
{
	rest->nr = 0;
	for (unsigned int i = 0; i < perms->nr; i++)
		if (i == 0 || perms->entry[i].domid != domid)
			rest->entry[rest->nr++] = perms->entry[i];
	return rest->nr != perms->nr;
}

/* path is that of n, and has room for what is below. */
static void gone_below(const struct node *n, char path[PATH_ROOM], unsigned int domid)
{
	size_t len = strlen(path);
	struct perms rest = { 0 };

	if (domid == n->perms.entry[0].domid && len) {
		change_publish(&(struct change_request){ .kind = CHANGE_REMOVE, .path = path });
		return;
	}
	if (perms_without(&n->perms, domid, &rest))
		change_publish(&(struct change_request){
			.kind = CHANGE_PERMS, .path = len ? path : "/", .perms = &rest });
	for (size_t i = 0; i < n->nr_children; i++) {
		const char *name = n->children[i]->name;

		if (len + 1 + strlen(name) >= PATH_ROOM)
			continue;
		path[len] = '/';
		strcpy(path + len + 1, name);
		gone_below(n->children[i], path, domid);
		path[len] = '\0';
	}
}

void transaction_domain_gone(unsigned int domid)
{
	/* What is walked stays as it is while the store changes. */
	struct tree before = tree_share(&store);
	char path[PATH_ROOM] = "";

	gone_below(before.root, path, domid);
	tree_free(&before);
}
