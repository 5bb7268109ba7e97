// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages, secrets and backups.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/text.h"
#include "xe/verbs.h"

/* ---- messages ---------------------------------------------------------------------------- */

/* Whom it is about: KIND-uuid=, else the host. */
static const char *subject_of(struct api *api, struct request *r, const char **class)
{
	static const struct {
		const char *param, *class;
	} kinds[] = {
		{ "vm-uuid", "VM" },     { "sr-uuid", "SR" },     { "vdi-uuid", "VDI" },
		{ "pool-uuid", "Pool" }, { "vmpp-uuid", "VMPP" }, { "host-uuid", "Host" },
	};
	const json_t *host;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *uuid = request_get(r, kinds[i].param);

		*class = kinds[i].class;
		if (uuid)
			return uuid;
	}
	host = json_object_get(objects_of(api, "host"), object_master(api));
	return json_string_value(json_object_get(host, "uuid")) ?: "";
}

static void message_make(struct api *api, struct request *r, const char *name, const char *body,
			 const char *priority)
{
	const char *class, *uuid = subject_of(api, r, &class);
	int64_t n;
	json_t *made;

	if (!size_parse(priority, &n) || n < 1 || n > 5)
		request_wrong("priority=%s: expected 1 to 5", priority);
	request_finish(r);
	made = api_call(api, "message.create", json_pack("[sIsss]", name, n, class, uuid, body));
	verb_print_uuid(api, "message", json_string_value(made) ?: "");
	json_decref(made);
}

static void message_create(struct api *api, struct request *r)
{
	const char *name = request_need(r, "name"), *body = request_need(r, "body");

	message_make(api, r, name, body, request_get(r, "priority") ?: "3");
}

static void message_test(struct api *api, struct request *r)
{
	message_make(api, r, "TEST_ALERT", "A test: what is told of goes where this went.",
		     request_get(r, "priority") ?: "1");
}

/* ---- secrets ----------------------------------------------------------------------------- */

static void secret_create(struct api *api, struct request *r)
{
	const char *value = request_need(r, "value");
	json_t *made;

	request_finish(r);
	made = api_call(api, "secret.create", json_pack("[{ss}]", "value", value));
	verb_print_uuid(api, "secret", json_string_value(made) ?: "");
	json_decref(made);
}

const struct verb guard_verbs[] = {
	{ "message-create", NULL, NULL, NULL,
	  "name= body= [priority=3] [vm-uuid=] [host-uuid=] [sr-uuid=] [vdi-uuid=] [pool-uuid=] "
	  "[vmpp-uuid=]",
	  "leaves a message; prints its UUID", message_create, true },
	{ "message-test", NULL, NULL, NULL, "[priority=1]",
	  "leaves one that shows where messages go: mail, webhook; prints its UUID", message_test,
	  true },
	{ "secret-create", NULL, NULL, NULL,
	  "value=", "keeps a password for the host's own use elsewhere; prints its UUID",
	  secret_create, true },
	{ "secret-destroy", "secret", "secret.destroy", NULL, "", "forgets it", NULL, true },
	{ 0 },
};
