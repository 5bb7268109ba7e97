// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copy on write by reference count: node_own() is the one place where a shared node is copied, and
 * it works from the root down, so a node is owned only if all its ancestors are.
 */
#include "xenstored/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "xenstored/usage.h"

/*
 * Begins at the time since the machine's start, in ns, which no count of changes overtakes: so a
 * generation that a client was told is never that of something else after a restart.
 */
static uint64_t generation_next(void)
{
	static uint64_t generation;
	struct timespec now;

	if (!generation) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		generation = now.tv_sec * 1000000000ULL + now.tv_nsec;
	}
	return ++generation;
}

/*
 * What a node costs its owner. To be taken back before owner or value change, and charged again
 * after.
 */
static size_t node_bytes(const struct node *n)
{
	return sizeof(*n) + strlen(n->name) + n->len;
}

static void node_charge(const struct node *n)
{
	usage_add(n->perms.entry[0].domid, 1, node_bytes(n));
}

static void node_discharge(const struct node *n)
{
	usage_sub(n->perms.entry[0].domid, 1, node_bytes(n));
}

static void node_put(struct node *n)
{
	if (--n->refs)
		return;
	for (size_t i = 0; i < n->nr_children; i++)
		node_put(n->children[i]);
	node_discharge(n);
	free(n->children);
	free(n->value);
	free(n->name);
	free(n);
}

static struct node *node_new(const char *name, size_t name_len)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->refs = 1;
	n->gen = generation_next();
	n->name = strndup(name, name_len);
	if (!n->name) {
		free(n);
		return NULL;
	}
	node_charge(n);
	return n;
}

static struct node *node_copy(const struct node *from)
{
	struct node *n = node_new(from->name, strlen(from->name));

	if (!n)
		return NULL;
	n->gen = from->gen;
	n->value = malloc(from->len ? from->len : 1);
	n->children = malloc((from->nr_children ? from->nr_children : 1) * sizeof(*n->children));
	if (!n->value || !n->children) {
		node_put(n);
		return NULL;
	}
	if (from->len)
		memcpy(n->value, from->value, from->len);
	node_discharge(n);
	n->len = from->len;
	n->perms = from->perms;
	node_charge(n);
	for (size_t i = 0; i < from->nr_children; i++) {
		n->children[i] = from->children[i];
		n->children[i]->refs++;
	}
	n->nr_children = from->nr_children;
	return n;
}

/* Makes what *slot points to ours alone. */
static struct node *node_own(struct node **slot)
{
	struct node *n = *slot;

	if (n->refs == 1)
		return n;
	n = node_copy(n);
	if (!n)
		return NULL;
	node_put(*slot);
	*slot = n;
	return n;
}

/* Where the child is, or would be. */
static bool child_find(const struct node *n, const char *name, size_t len, size_t *at)
{
	size_t low = 0, high = n->nr_children;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strncmp(n->children[mid]->name, name, len);

		if (order == 0 && n->children[mid]->name[len])
			order = 1;
		if (order == 0) {
			*at = mid;
			return true;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*at = low;
	return false;
}

static struct node *child_add(struct node *parent, const char *name, size_t len, size_t at,
			      unsigned int owner)
{
	struct node *n = node_new(name, len);
	struct node **children;

	if (!n)
		return NULL;
	node_discharge(n);
	n->perms = parent->perms;
	if (owner)
		n->perms.entry[0].domid = (uint16_t)owner;
	node_charge(n);
	children = realloc(parent->children, (parent->nr_children + 1) * sizeof(*children));
	if (!children) {
		node_put(n);
		return NULL;
	}
	memmove(children + at + 1, children + at, (parent->nr_children - at) * sizeof(*children));
	children[at] = n;
	parent->children = children;
	parent->nr_children++;
	parent->gen = generation_next();
	return n;
}

/* The next name of a path; moves *path behind it. */
static size_t path_next(const char **path, const char **name)
{
	size_t len;

	while (**path == '/')
		(*path)++;
	*name = *path;
	len = strcspn(*path, "/");
	*path += len;
	return len;
}

/*
 * Walks to a node, owning all on the way. With make, creates what is missing; without, NULL and
 * ENOENT.
 */
static struct node *tree_own(struct tree *t, const char *path, bool make, unsigned int owner)
{
	struct node *n = node_own(&t->root);
	const char *name;
	size_t len, at;

	errno = ENOMEM;
	while (n && (len = path_next(&path, &name))) {
		if (child_find(n, name, len, &at)) {
			n = node_own(&n->children[at]);
		} else if (make) {
			n = child_add(n, name, len, at, owner);
		} else {
			errno = ENOENT;
			return NULL;
		}
	}
	return n;
}

int tree_init(struct tree *t)
{
	t->root = node_new("", 0);
	if (!t->root)
		return ENOMEM;
	t->root->perms.nr = 1; /* domain 0's, closed to all others */
	return 0;
}

struct tree tree_share(const struct tree *t)
{
	t->root->refs++;
	return *t;
}

void tree_free(struct tree *t)
{
	if (t->root)
		node_put(t->root);
	t->root = NULL;
}

static const struct node *tree_walk(const struct tree *t, const char *path, bool closest)
{
	const struct node *n = t->root;
	const char *name;
	size_t len, at;

	while ((len = path_next(&path, &name))) {
		if (!child_find(n, name, len, &at))
			return closest ? n : NULL;
		n = n->children[at];
	}
	return n;
}

const struct node *tree_find(const struct tree *t, const char *path)
{
	return tree_walk(t, path, false);
}

const struct node *tree_find_closest(const struct tree *t, const char *path)
{
	return tree_walk(t, path, true);
}

static bool node_set_value(struct node *n, const void *value, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return false;
	if (len)
		memcpy(copy, value, len);
	node_discharge(n);
	free(n->value);
	n->value = copy;
	n->len = len;
	node_charge(n);
	n->gen = generation_next();
	return true;
}

int tree_write(struct tree *t, const char *path, const void *value, size_t len, unsigned int owner)
{
	struct node *n = tree_own(t, path, true, owner);

	if (!n)
		return errno;
	return node_set_value(n, value, len) ? 0 : ENOMEM;
}

int tree_make(struct tree *t, const char *path, unsigned int owner)
{
	return tree_own(t, path, true, owner) ? 0 : errno;
}

int tree_remove(struct tree *t, const char *path)
{
	const char *last = strrchr(path, '/');
	char parent_path[4096];
	struct node *parent;
	size_t at;

	if (!last || last[1] == '\0' || (size_t)(last - path) >= sizeof(parent_path))
		return EINVAL;
	memcpy(parent_path, path, last - path);
	parent_path[last - path] = '\0';
	parent = tree_own(t, parent_path, false, 0);
	if (!parent)
		return errno;
	if (!child_find(parent, last + 1, strlen(last + 1), &at))
		return ENOENT;
	node_put(parent->children[at]);
	parent->nr_children--;
	memmove(parent->children + at, parent->children + at + 1,
		(parent->nr_children - at) * sizeof(*parent->children));
	parent->gen = generation_next();
	return 0;
}

int tree_set_perms(struct tree *t, const char *path, const struct perms *perms)
{
	struct node *n = tree_own(t, path, false, 0);

	if (!n)
		return errno;
	node_discharge(n);
	n->perms = *perms;
	node_charge(n);
	n->gen = generation_next();
	return 0;
}

bool perms_valid(const struct perms *perms)
{
	if (perms->nr == 0 || perms->nr > PERMS_MAX)
		return false;
	for (unsigned int i = 0; i < perms->nr; i++)
		if (perms->entry[i].access & ~(PERM_READ | PERM_WRITE) ||
		    perms->entry[i].domid > DOMID_MAX)
			return false;
	return true;
}

struct node *tree_load(struct tree *t, struct node *parent, const char *name,
		       const struct perms *perms, const void *value, size_t len)
{
	struct node *n;
	size_t at;

	if (!perms_valid(perms) || strchr(name, '/') || !parent != !*name || !parent != !t->root ||
	    (parent && child_find(parent, name, strlen(name), &at)))
		return NULL;
	n = parent ? child_add(parent, name, strlen(name), at, 0) : node_new("", 0);
	if (!n)
		return NULL;
	if (!parent)
		t->root = n;
	node_discharge(n);
	n->perms = *perms;
	node_charge(n);
	return node_set_value(n, value, len) ? n : NULL;
}

unsigned int node_access(const struct node *n, unsigned int domid)
{
	if (domid == 0 || n->perms.entry[0].domid == domid)
		return PERM_READ | PERM_WRITE;
	for (unsigned int i = 1; i < n->perms.nr; i++)
		if (n->perms.entry[i].domid == domid)
			return n->perms.entry[i].access;
	return n->perms.entry[0].access;
}
