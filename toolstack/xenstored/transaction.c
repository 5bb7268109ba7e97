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

int transaction_start(struct conn *c, uint32_t *id)
{
	struct transaction *t, *other;

	if (c->domid && c->nr_transactions >= QUOTA_TRANSACTIONS)
		return ENOSPC;
	t = calloc(1, sizeof(*t));
	if (!t)
		return ENOMEM;
	/* An id that is not 0 and not in use. */
	do {
		t->id = ++c->next_transaction;
	} while (t->id == 0 || transaction_find(c, t->id, &other) == 0);
	t->domid = c->domid;
	t->before = tree_share(&store);
	t->tree = tree_share(&store);
	t->next = c->transactions;
	c->transactions = t;
	c->nr_transactions++;
	*id = t->id;
	return 0;
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

static int change_apply(struct tree *tree, const struct change_request *r)
{
	switch (r->kind) {
	case CHANGE_WRITE: return tree_write(tree, r->path, r->value, r->len, r->owner);
	case CHANGE_MAKE: return tree_make(tree, r->path, r->owner);
	case CHANGE_REMOVE: return tree_remove(tree, r->path);
	case CHANGE_PERMS: return tree_set_perms(tree, r->path, r->perms);
	}
	return EINVAL;
}

/* On the true tree, with watches. */
static int change_publish(const struct change_request *r)
{
	struct tree before = tree_share(&store);
	int rc = change_apply(&store, r);

	if (rc == 0)
		watch_fire(&store, r->path,
			   r->kind == CHANGE_REMOVE ? tree_find(&before, r->path) : NULL);
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
	while (c->transactions) {
		struct transaction *t = c->transactions;

		c->transactions = t->next;
		transaction_free(t);
	}
	c->nr_transactions = 0;
}
