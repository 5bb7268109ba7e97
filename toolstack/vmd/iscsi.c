// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about iSCSI: this host's name among initiators, and which targets a portal tells of.
 */
#include "storage/iscsi.h"

#include <string.h>

#include "vmd/verbs.h"

static const struct arg name_args[] = {
	ARG("name", NAME, .optional = true, .min = 1, .max = ISCSI_NAME - 1),
	ARGS_END,
};
static const struct arg discover_args[] = {
	ARG("source", LINE, .min = 1, .max = STORAGE_PATH - 1),
	ARGS_END,
};

static int do_name(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	const char *wanted = arg_text(c->args, "name");
	char name[ISCSI_NAME];

	if ((wanted && iscsi_initiator_set(wanted, &e) < 0) || iscsi_initiator(name, &e) < 0)
		return call_fail_storage(c, wanted, &e);
	call_set(c, "name", json_string(name));
	return 0;
}

/* "address:port,tag target" in each line. */
static void add_targets(struct call *c, char *lines)
{
	char *line, *rest;

	call_set(c, "targets", json_array());
	for (line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *target = strchr(line, ' ');

		if (!target)
			continue;
		*target++ = '\0';
		call_item(c, "targets", json_pack("{s:s, s:s}", "portal", line, "target", target));
	}
}

static int do_discover(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	const char *text = arg_text(c->args, "source");
	struct iscsi_source source;
	struct buf lines = { 0 };
	char none[1] = "";
	int rc = 0;

	if (iscsi_source_parse(text, &source, &e) < 0 || iscsi_discover(&source, &lines, &e) < 0)
		rc = call_fail_storage(c, text, &e);
	else
		add_targets(c, lines.data ? lines.data : none);
	buf_free(&lines);
	return rc;
}

const struct verb iscsi_verbs[] = {
	{ "iscsi.name", name_args, do_name, "this host's among initiators, or another: {name}" },
	{ "iscsi.discover", discover_args, do_discover, "{targets} that a portal tells of" },
	{ .name = NULL },
};
