// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store's nodes. A tree is one pointer to a root; trees share nodes, and a node that is shared
 * is copied before it is changed. So a transaction's snapshot costs nothing, and nobody sees it
 * until it is committed.
 */
#ifndef XENSTORED_TREE_H
#define XENSTORED_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERM_READ  1
#define PERM_WRITE 2
#define PERMS_MAX  8
#define DOMID_MAX  0x7fff

/*
 * The first entry is the owner, who may do everything; its access is what those not listed may do.
 */
struct perms {
	unsigned int nr;
	struct perm {
		uint16_t domid;
		uint8_t access; /* PERM_* */
	} entry[PERMS_MAX];
};

struct node {
	unsigned int refs;
	/* Changes with value, permissions and the set of children; not with what is in them. */
	uint64_t gen;
	struct perms perms;
	char *name;
	uint8_t *value;
	size_t len;
	struct node **children; /* sorted by name */
	size_t nr_children;
};

struct tree {
	struct node *root;
};

/* All paths are absolute and valid. Changes return 0 or a positive errno. */
int tree_init(struct tree *t);
/* Another tree with the same contents. */
struct tree tree_share(const struct tree *t);
void tree_free(struct tree *t);

const struct node *tree_find(const struct tree *t, const char *path);
/* The node, or its closest ancestor that there is. */
const struct node *tree_find_closest(const struct tree *t, const char *path);
/*
 * Creates the node and its parents as needed; new ones inherit permissions, and belong to owner
 * unless that is 0.
 */
int tree_write(struct tree *t, const char *path, const void *value, size_t len, unsigned int owner);
/* As tree_write(), but leaves the value of a node that exists. */
int tree_make(struct tree *t, const char *path, unsigned int owner);
int tree_remove(struct tree *t, const char *path);
int tree_set_perms(struct tree *t, const char *path, const struct perms *perms);
/*
 * One node of a tree that is made again from what was kept of it, parents first; parent NULL: the
 * root. NULL if it is none or there is one of that name.
 */
struct node *tree_load(struct tree *t, struct node *parent, const char *name,
		       const struct perms *perms, const void *value, size_t len);
bool perms_valid(const struct perms *perms);

/* What a domain may do to a node: PERM_*. */
unsigned int node_access(const struct node *n, unsigned int domid);

#endif
