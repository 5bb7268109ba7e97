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

/* ---- backups ----------------------------------------------------------------------------- */

/* Of a task that a method has made: its result. */
static json_t *task_of(struct api *api, const char *method, json_t *params)
{
	json_t *task = api_call(api, method, params);
	json_t *result = api_task_wait(api, json_string_value(task) ?: "");

	json_decref(task);
	return result;
}

static void protect_now(struct api *api, struct request *r)
{
	const char *vm = request_get(r, "vm"), *policy;
	json_t *params;

	if (vm)
		vm = object_named(api, kind_find("vm"), vm);
	policy = verb_object(api, "vmpp", r);
	request_finish(r);
	params = vm ? json_pack("[ss]", policy, vm) : json_pack("[s]", policy);
	json_decref(task_of(api, "VMPP.protect_now", params));
}

static void archives_list(struct api *api, struct request *r)
{
	bool minimal = request_flag(r, "minimal");
	const char *policy = verb_object(api, "vmpp", r);
	json_t *text, *all, *e;
	size_t i;

	request_finish(r);
	text = task_of(api, "VMPP.get_archives", json_pack("[s]", policy));
	all = json_loads(json_string_value(text) ?: "", 0, NULL);
	json_array_foreach(all, i, e)
	{
		const char *name = json_string_value(json_object_get(e, "name")) ?: "";

		if (minimal)
			printf("%s%s", i ? "," : "", name);
		else
			printf("%-16s  %14lld  %-60s  %s\n",
			       json_string_value(json_object_get(e, "time")) ?: "",
			       (long long)json_integer_value(json_object_get(e, "size")), name,
			       json_string_value(json_object_get(e, "vm_name")) ?: "");
	}
	if (minimal)
		printf("\n");
	json_decref(all);
	json_decref(text);
}

static void restore(struct api *api, struct request *r)
{
	const char *name = request_need(r, "name"), *sr = request_get(r, "sr-uuid"), *policy;
	json_t *params, *made;

	if (sr)
		sr = object_named(api, kind_find("sr"), sr);
	policy = verb_object(api, "vmpp", r);
	request_finish(r);
	params = sr ? json_pack("[sss]", policy, name, sr) : json_pack("[ss]", policy, name);
	made = task_of(api, "VMPP.restore", params);
	verb_print_uuid(api, "VM", json_string_value(made) ?: "");
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
	{ "user-ssh-key-list", "user", "user.get_ssh_keys", NULL, "",
	  "who may log in by SSH as root", NULL, true },
	{ "user-ssh-key-add", "user", "user.add_ssh_key", NULL,
	  "key=", "a public key: key=\"ssh-ed25519 AAAA... name\"; short-name=root", NULL, true },
	{ "user-ssh-key-remove", "user", "user.remove_ssh_key", NULL,
	  "key=", "that key is of no use any more", NULL, true },
	{ "vmpp-create", NULL, "VMPP.create", NULL,
	  "name-label= [name-description=] [is-policy-enabled=true] [backup-type=snapshot] "
	  "[backup-frequency=daily] [backup-schedule:] [backup-retention-value=7] "
	  "[archive-frequency=never] [archive-target-type=none] [archive-target-config:]",
	  "makes a backup policy; prints its UUID", NULL, true },
	{ "vmpp-destroy", "vmpp", "VMPP.destroy", NULL, "", "ends it; what it has made stays", NULL,
	  true },
	{ "vmpp-protect-now", "vmpp", NULL, NULL, "[vm=]", "backs up its VMs, or one of them",
	  protect_now, false },
	{ "vmpp-archives", "vmpp", NULL, NULL, "[--minimal]",
	  "what its target holds: time, bytes, name, VM", archives_list, false },
	{ "vmpp-restore", "vmpp", NULL, NULL, "name= [sr-uuid=]",
	  "makes a VM of an archive; prints its UUID", restore, false },
	{ 0 },
};
