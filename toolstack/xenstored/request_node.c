// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests on nodes: who may do what to them, and how many one may have.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenstored/request_private.h"
#include "xenstored/usage.h"

/*
 * The node at a path, for somebody who needs that access to it. One that is missing is told only to
 * those who may read where it would be.
 */
static int request_node(const struct request *r, const char *path, unsigned int need,
			const struct node **n)
{
	const struct tree *t = transaction_tree(r->t);
	int rc = transaction_read(r->t, path);

	if (rc)
		return rc;
	*n = tree_find(t, path);
	if (!*n)
		return conn_access(r->c, tree_find_closest(t, path)) & PERM_READ ? ENOENT : EACCES;
	return (conn_access(r->c, *n) & need) == need ? 0 : EACCES;
}

int do_read(struct request *r)
{
	const struct node *n;
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || (rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	answer(r, n->value, n->len);
	return 0;
}

/* Names of children with their terminators. */
static struct buf children_text(const struct node *n)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < n->nr_children; i++)
		buf_append(&text, n->children[i]->name, strlen(n->children[i]->name) + 1);
	return text;
}

int do_directory(struct request *r)
{
	const struct node *n;
	char path[PATH_ROOM];
	struct buf text;
	int rc = request_path(r, path);

	if (rc || (rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	text = children_text(n);
	if (text.failed)
		rc = ENOMEM;
	else if (text.len > XENSTORE_PAYLOAD_MAX)
		rc = E2BIG;
	else
		answer(r, text.data, text.len);
	buf_free(&text);
	return rc;
}

/*
 * A long list in parts: the node's generation, then names from an offset on, an empty one at the
 * end.
 */
int do_directory_part(struct request *r)
{
	const struct node *n;
	char path[PATH_ROOM];
	struct buf text, part = { 0 };
	size_t from, len;
	int rc = request_path(r, path);

	if (rc || r->nr_strings != 2)
		return EINVAL;
	if ((rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	from = strtoul(r->string[1], NULL, 10);
	text = children_text(n);
	if (from > text.len) {
		buf_free(&text);
		return EINVAL;
	}
	buf_printf(&part, "%llu", (unsigned long long)n->gen);
	buf_append(&part, "", 1);
	/* Whole names only. */
	for (len = 0; from + len < text.len;) {
		size_t name = strlen(text.data + from + len) + 1;

		if (part.len + len + name + 1 > XENSTORE_PAYLOAD_MAX)
			break;
		len += name;
	}
	if (len)
		buf_append(&part, text.data + from, len);
	if (from + len == text.len)
		buf_append(&part, "", 1);
	if (text.failed || part.failed)
		rc = ENOMEM;
	else
		answer(r, part.data, part.len);
	buf_free(&text);
	buf_free(&part);
	return rc;
}

/* May this client create or change a node here, and has it not too many? */
static int request_writable(const struct request *r, const char *path)
{
	const struct tree *t = transaction_tree(r->t);
	struct usage usage = usage_of(r->c->domid);

	if (!(conn_access(r->c, tree_find_closest(t, path)) & PERM_WRITE))
		return EACCES;
	if (r->c->domid == 0)
		return 0;
	if (usage.bytes >= QUOTA_BYTES)
		return ENOSPC;
	return usage.nodes >= QUOTA_NODES && !tree_find(t, path) ? ENOSPC : 0;
}

int do_write(struct request *r)
{
	struct change_request change = { .kind = CHANGE_WRITE, .owner = r->c->domid };
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || (rc = request_writable(r, path)))
		return rc;
	if (r->c->domid && r->rest_len > QUOTA_VALUE)
		return ENOSPC;
	change.path = path;
	change.value = r->rest;
	change.len = r->rest_len;
	rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

int do_mkdir(struct request *r)
{
	struct change_request change = { .kind = CHANGE_MAKE, .owner = r->c->domid };
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || (rc = request_writable(r, path)))
		return rc;
	change.path = path;
	rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

int do_rm(struct request *r)
{
	struct change_request change = { .kind = CHANGE_REMOVE };
	const struct node *n;
	char path[PATH_ROOM], *last;
	int rc = request_path(r, path);

	if (rc || strcmp(path, "/") == 0)
		return EINVAL;
	rc = request_node(r, path, PERM_WRITE, &n);
	if (rc == ENOENT) {
		/* Removing nothing is fine where one could have removed something. */
		last = strrchr(path, '/');
		*last = '\0';
		rc = request_node(r, *path ? path : "/", PERM_WRITE, &n);
		return rc ? rc : answer_ok(r);
	}
	change.path = path;
	if (rc == 0)
		rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

int do_get_perms(struct request *r)
{
	static const char letters[] = { 'n', 'r', 'w', 'b' };
	const struct node *n;
	char path[PATH_ROOM];
	struct buf text = { 0 };
	int rc = request_path(r, path);

	if (rc || (rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	for (unsigned int i = 0; i < n->perms.nr; i++) {
		buf_printf(&text, "%c%u", letters[n->perms.entry[i].access],
			   n->perms.entry[i].domid);
		buf_append(&text, "", 1);
	}
	if (text.failed)
		rc = ENOMEM;
	else
		answer(r, text.data, text.len);
	buf_free(&text);
	return rc;
}

static bool perm_parse(const char *text, struct perm *p)
{
	unsigned long domid;
	char *end;

	switch (text[0]) {
	case 'n': p->access = 0; break;
	case 'r': p->access = PERM_READ; break;
	case 'w': p->access = PERM_WRITE; break;
	case 'b': p->access = PERM_READ | PERM_WRITE; break;
	default: return false;
	}
	domid = strtoul(text + 1, &end, 10);
	if (end == text + 1 || *end || domid > 0x7fff)
		return false;
	p->domid = (uint16_t)domid;
	return true;
}

int do_set_perms(struct request *r)
{
	struct perms perms = { .nr = r->nr_strings - 1 };
	struct change_request change = { .kind = CHANGE_PERMS, .perms = &perms };
	const struct node *n;
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || perms.nr == 0 || perms.nr > PERMS_MAX)
		return EINVAL;
	for (unsigned int i = 0; i < perms.nr; i++)
		if (!perm_parse(r->string[i + 1], &perms.entry[i]))
			return EINVAL;
	if ((rc = request_node(r, path, PERM_WRITE, &n)))
		return rc;
	/* A domain changes the permissions of its own nodes, and keeps them its own. */
	if (r->c->domid &&
	    (n->perms.entry[0].domid != r->c->domid || perms.entry[0].domid != r->c->domid))
		return EPERM;
	change.path = path;
	rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}
