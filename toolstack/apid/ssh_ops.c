// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys for SSH. They are root's alone: other accounts are the API's, and have no shell.
 */
#include <string.h>

#include "apid/ops.h"

static bool has_shell(struct call *c)
{
	if (strcmp(get_text(c->refs[0], "short_name"), "root") == 0)
		return true;
	call_fail(c, "OPERATION_NOT_ALLOWED", "only root has a shell", NULL);
	return false;
}

static void keys_told(struct call *c, const json_t *ok)
{
	json_t *key;
	size_t i;

	wire_array_begin(&c->out);
	json_array_foreach(json_object_get(ok, "keys"), i, key)
	{
		wire_string(&c->out, json_string_value(key));
	}
	wire_array_end(&c->out);
}

static void get_ssh_keys(struct call *c)
{
	if (has_shell(c))
		call_vmd(c, "ssh.list", json_object(), keys_told);
}

static void change(struct call *c, const char *verb)
{
	if (has_shell(c))
		call_vmd(c, verb, json_pack("{s: s}", "key", call_text(c, 1)), NULL);
}

static void add_ssh_key(struct call *c)
{
	change(c, "ssh.add");
}

static void remove_ssh_key(struct call *c)
{
	change(c, "ssh.remove");
}

const struct binding ssh_bindings[] = {
	{ "user.get_ssh_keys", get_ssh_keys },
	{ "user.add_ssh_key", add_ssh_key },
	{ "user.remove_ssh_key", remove_ssh_key },
	{ NULL, NULL },
};
