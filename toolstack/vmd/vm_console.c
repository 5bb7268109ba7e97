// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's console, for those who may not speak with consoled themselves: it is asked, and the
 * connection is passed on.
 */
#include <stdio.h>

#include "lib/consoled.h"
#include "vmd/verbs.h"

#define BACK_MAX 65536

static const struct arg console_args[] = {
	ARG("uuid", UUID),
	ARG("back", NUMBER, .optional = true, .min = 0, .max = BACK_MAX),
	ARGS_END,
};

static int do_console(struct call *c)
{
	struct reason why;
	char line[64];
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	snprintf(line, sizeof(line), "console %u %llu\n", domid,
		 (unsigned long long)arg_number(c->args, "back", 0));
	c->passed = consoled_connect(line, &why);
	return c->passed < 0 ? call_fail_why(c, "INTERNAL_ERROR", &why) : 0;
}

const struct verb vm_console_verbs[] = {
	{ "vm.console", console_args, do_console,
	  "a stream to and from its console comes along, from so many bytes ago on" },
	{ .name = NULL },
};
