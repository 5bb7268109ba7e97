// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests that are not about one node: watches, transactions, and what the toolstack says of
 * domains.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xenstored/domain.h"
#include "xenstored/request_private.h"
#include "xenstored/watch.h"

int do_watch(struct request *r)
{
	char payload[XENSTORE_PAYLOAD_MAX];
	size_t path_len, token_len;
	int rc;

	if (r->nr_strings != 2)
		return EINVAL;
	rc = watch_add(r->c, r->string[0], r->string[1]);
	if (rc)
		return rc;
	answer_ok(r);
	/*
	 * Each watch begins with an event, so that nobody misses what happened before it was set.
	 */
	path_len = strlen(r->string[0]) + 1;
	token_len = strlen(r->string[1]) + 1;
	memcpy(payload, r->string[0], path_len);
	memcpy(payload + path_len, r->string[1], token_len);
	conn_send(r->c, XS_WATCH_EVENT, 0, 0, payload, path_len + token_len);
	return 0;
}

int do_unwatch(struct request *r)
{
	int rc = r->nr_strings == 2 ? watch_remove(r->c, r->string[0], r->string[1]) : EINVAL;

	return rc ? rc : answer_ok(r);
}

int do_reset_watches(struct request *r)
{
	watch_forget_all(r->c);
	transaction_forget_all(r->c);
	return answer_ok(r);
}

int do_transaction_start(struct request *r)
{
	char text[16];
	uint32_t id;
	int rc = r->t ? EBUSY : transaction_start(r->c, &id);

	if (rc)
		return rc;
	answer(r, text, snprintf(text, sizeof(text), "%u", id) + 1);
	return 0;
}

int do_transaction_end(struct request *r)
{
	bool commit;
	int rc;

	if (!r->t || r->nr_strings != 1 || !strchr("TF", r->string[0][0]))
		return EINVAL;
	commit = r->string[0][0] == 'T';
	rc = transaction_end(r->c, r->c->in.header.tx_id, commit);
	return rc ? rc : answer_ok(r);
}

/* Domain, frame, port. The frame is where the domain's reserved grant points. */
int do_introduce(struct request *r)
{
	unsigned int domid, port;
	int rc = EINVAL;

	if (r->nr_strings == 3 && request_number(r, 0, &domid) && request_number(r, 2, &port))
		rc = domain_introduce(domid, port);
	return rc ? rc : answer_ok(r);
}

int do_release(struct request *r)
{
	unsigned int domid;
	int rc = request_number(r, 0, &domid) ? domain_release(domid) : EINVAL;

	return rc ? rc : answer_ok(r);
}

int do_is_introduced(struct request *r)
{
	unsigned int domid;

	if (!request_number(r, 0, &domid))
		return EINVAL;
	answer(r, domain_is_introduced(domid) ? "T" : "F", 2);
	return 0;
}

int do_get_domain_path(struct request *r)
{
	char home[HOME_ROOM];
	unsigned int domid;

	if (!request_number(r, 0, &domid))
		return EINVAL;
	path_home(home, domid);
	answer(r, home, strlen(home) + 1);
	return 0;
}

int do_resume(struct request *r)
{
	unsigned int domid;
	int rc;

	if (!request_number(r, 0, &domid))
		return EINVAL;
	rc = domain_resume(domid);
	return rc ? rc : answer_ok(r);
}

int do_set_target(struct request *r)
{
	unsigned int domid, target;
	int rc = EINVAL;

	if (request_number(r, 0, &domid) && request_number(r, 1, &target))
		rc = domain_set_target(domid, target);
	return rc ? rc : answer_ok(r);
}

/* Xen's xenstored has many of these, for its own debugging. */
int do_control(struct request *r)
{
	static const char text[] = "Supported commands:\nhelp\n";

	if (r->nr_strings == 0 || strcmp(r->string[0], "help") != 0)
		return EINVAL;
	answer(r, text, sizeof(text));
	return 0;
}
