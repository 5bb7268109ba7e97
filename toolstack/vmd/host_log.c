// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the host's log: what syslogd has in memory, and where it sends it as well. Where that
 * is stands in a file that its service reads when it starts.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "storage/program.h"
#include "vmd/text_json.h"
#include "vmd/verbs.h"

#define DESTINATION "/etc/socle/syslog"
#define SERVICE     "/etc/service/syslogd"

static const struct arg syslog_args[] = {
	ARG("destination", NAME, .optional = true, .min = 1, .max = 255),
	ARGS_END,
};

static int do_log(struct call *c)
{
	static const char *const logread[] = { "logread", NULL };
	struct sr_error e = { .code = "INTERNAL_ERROR" };
	struct buf text = { 0 };
	int rc = program_run(logread, PROGRAM_TIMEOUT, &text, &e);

	if (rc < 0)
		call_fail_why(c, "INTERNAL_ERROR", &e.why);
	else
		call_set(c, "text", text_newest(&text));
	buf_free(&text);
	return rc;
}

static int write_destination(const char *destination)
{
	char line[260];

	if (!destination)
		return file_unlink(DESTINATION);
	snprintf(line, sizeof(line), "%s\n", destination);
	return file_replace(DESTINATION, line, strlen(line), 0644);
}

static int do_set_syslog(struct call *c)
{
	static const char *const restart[] = { "sv", "restart", SERVICE, NULL };
	struct sr_error e = { .code = "INTERNAL_ERROR" };
	struct reason why;

	if (write_destination(arg_text(c->args, "destination")) < 0) {
		reason_errno(&why, DESTINATION);
		return call_fail_why(c, "INTERNAL_ERROR", &why);
	}
	if (program_run(restart, PROGRAM_TIMEOUT, NULL, &e) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &e.why);
	return 0;
}

const struct verb host_log_verbs[] = {
	{ "host.log", args_none, do_log, "the host's log, the newest of it: {text}" },
	{ "host.set_syslog", syslog_args, do_set_syslog,
	  "HOST[:PORT] gets the log as well, or nobody does" },
	{ .name = NULL },
};
