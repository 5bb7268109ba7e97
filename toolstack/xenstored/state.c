// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How xenstored is restarted without a guest noticing. It may be killed at any instruction.
 *
 * What a request does is a row of records of the journal that take effect together: nodes changed,
 * watches set, the answer, the events for others, and that it was read. Only then
 *  - the ring's req_cons moves: so a request that had not happened is still in the ring;
 *  - answer and events go into rings: so nobody sees what might not have happened.
 * Both indices are shared memory that outlives us, too. req_cons is set to what the journal says.
 * rsp_prod says itself how much of the output that the journal has was given: the journal knows
 * which value it had when that output began. A request that comes in parts is read in parts, which
 * are records.
 *
 * Event channels: ours are closed with the process, and the guest's ends are unbound then but keep
 * their numbers; we bind to them again. An event that was sent to nobody is made up for by looking
 * into every ring, and by one event to every guest. Grants are mapped again, by their number.
 *
 * Transactions of domains do not survive with what they did, but as ids: whatever is done in one
 * has no effect, and its end is EAGAIN, upon which everybody tries again. Programs of domain 0
 * have lost their connection, and with it watches and transactions; lib/store.c connects again.
 *
 * Domains that died meanwhile are noticed when they are bound to, or by asking for them.
 */
#include "xenstored/state.h"

#include <string.h>

#include "lib/log.h"
#include "xenstored/domain.h"
#include "xenstored/journal.h"
#include "xenstored/path.h"
#include "xenstored/transaction.h"
#include "xenstored/watch.h"

#define DEPTH_MAX (XENSTORE_ABS_PATH_MAX / 2 + 2)

/* Permissions in front of a value. */
struct node_data {
	struct perms perms;
	uint8_t value[XENSTORE_PAYLOAD_MAX];
};

static void dump_node(const struct node *n, unsigned int depth)
{
	struct record r = { .kind = RECORD_NODE, .a = depth, .name = n->name };
	struct node_data data;
	size_t len = n->len < sizeof(data.value) ? n->len : sizeof(data.value);

	data.perms = n->perms;
	if (len)
		memcpy(data.value, n->value, len);
	r.data = &data;
	r.len = sizeof(data.perms) + len;
	journal_add(&r);
	for (size_t i = 0; i < n->nr_children; i++)
		dump_node(n->children[i], depth + 1);
}

static void dump_conn(struct conn *c, void *arg)
{
	struct bytes out = conn_pending(c);

	(void)arg;
	if (!c->durable)
		return;
	domain_dump(c->domid);
	watch_dump(c);
	transaction_dump(c);
	if (out.len)
		journal_add(&(struct record){ .kind = RECORD_OUTPUT,
					      .domid = (uint16_t)c->domid,
					      .data = out.data,
					      .len = out.len });
}

static void dump(void)
{
	dump_node(store.root, 0);
	conn_each(dump_conn, NULL);
}

/* Where a snapshot's next node goes: its ancestors, the root first. */
struct loading {
	struct node *above[DEPTH_MAX];
	unsigned int depth;
};

static bool restore_node(struct loading *l, const struct record *r)
{
	struct node *parent = NULL;
	struct perms perms;

	if (!r->name || r->len < sizeof(perms) || r->a > l->depth || r->a >= DEPTH_MAX)
		return false;
	memcpy(&perms, r->data, sizeof(perms));
	if (r->a)
		parent = l->above[r->a - 1];
	l->above[r->a] = tree_load(&store, parent, r->name, &perms,
				   (const char *)r->data + sizeof(perms), r->len - sizeof(perms));
	l->depth = r->a + 1;
	return l->above[r->a];
}

static bool restore_change(const struct record *r)
{
	struct change_request change = {
		.path = r->name,
		.value = r->data,
		.len = r->len,
		.owner = r->a,
	};
	char path[PATH_ROOM];
	struct perms perms;

	if (!r->name || !path_resolve(path, r->name, 0, false))
		return false;
	switch (r->kind) {
	case RECORD_WRITE: change.kind = CHANGE_WRITE; break;
	case RECORD_MAKE: change.kind = CHANGE_MAKE; break;
	case RECORD_REMOVE: change.kind = CHANGE_REMOVE; break;
	default:
		if (r->len != sizeof(perms))
			return false;
		memcpy(&perms, r->data, sizeof(perms));
		if (!perms_valid(&perms))
			return false;
		change.kind = CHANGE_PERMS;
		change.perms = &perms;
		break;
	}
	return change_apply(&store, &change) == 0;
}

static bool restore_watch(struct conn *c, const struct record *r)
{
	const char *token = r->data;

	if (!r->name || !r->len || token[r->len - 1])
		return false;
	if (r->kind == RECORD_WATCH)
		return watch_restore(c, r->name, token) == 0;
	return watch_remove(c, r->name, token) == 0;
}

/* What concerns a domain that is introduced. */
static bool restore_conn(const struct record *r)
{
	struct conn *c = domain_conn(r->domid);

	if (!c)
		return false;
	switch (r->kind) {
	case RECORD_WATCH:
	case RECORD_UNWATCH: return restore_watch(c, r);
	case RECORD_RESET_WATCHES: watch_forget_all(c); return true;
	case RECORD_START: return transaction_lost(c, r->a) == 0;
	case RECORD_END: return transaction_end(c, r->a, false) == 0;
	case RECORD_RESET_STARTS: transaction_forget_all(c); return true;
	case RECORD_OUTPUT: conn_restore_output(c, r->data, r->len); return !c->dead;
	case RECORD_UNSERVED: c->dead = true; return true;
	case RECORD_TARGET: c->target = r->a; return true;
	default: return domain_restore_input(r);
	}
}

static bool restore_one(struct loading *l, const struct record *r)
{
	switch (r->kind) {
	case RECORD_NODE: return restore_node(l, r);
	case RECORD_WRITE:
	case RECORD_MAKE:
	case RECORD_REMOVE:
	case RECORD_PERMS: return store.root && restore_change(r);
	case RECORD_DOMAIN: return domain_restore(r);
	case RECORD_GONE: return domain_forget(r->domid) == 0;
	default: return restore_conn(r);
	}
}

bool state_restore(const char *folder)
{
	struct bytes records = journal_open(folder);
	static struct loading loading;
	struct record r;
	size_t at = 0;

	loading.depth = 0;
	while (journal_next(records, &at, &r)) {
		if (!restore_one(&loading, &r)) {
			log_error("the journal's record of kind %u, domain %u, before byte %zu "
				  "does not fit: what follows it is lost",
				  r.kind, r.domid, at);
			break;
		}
	}
	return store.root;
}

void state_keep(void)
{
	journal_start(dump);
}

void state_commit(void)
{
	journal_commit();
}

void state_tidy(void)
{
	if (journal_is_due())
		journal_start(dump);
}
