// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `vmd ask`: for operators who look, and for tests. A descriptor that comes with an answer is
 * closed again.
 */
#include "vmd/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vmd/client.h"

/* 0: done, 1: refused; -1: there is more to come. */
static int print_message(const json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));

	puts(text ? text : "(out of memory)");
	fflush(stdout);
	free(text);
	if (json_object_get(message, "ok"))
		return 0;
	return json_object_get(message, "error") ? 1 : -1;
}

static int answers(int fd, struct reason *why)
{
	int status = -1;

	while (status < 0) {
		json_t *message;
		int passed;

		if (vmd_wait(fd, -1, &message, &passed, why) < 0)
			return -1;
		status = print_message(message);
		json_decref(message);
		if (passed >= 0)
			close(passed);
	}
	return status;
}

int ask(const char *verb, const char *args)
{
	struct reason why = { "" };
	json_error_t error;
	json_t *parsed = NULL;
	int fd, status = -1;

	if (args && !(parsed = json_loads(args, 0, &error))) {
		log_error("the arguments are no JSON: %s", error.text);
		return 2;
	}
	fd = vmd_connect(NULL, &why);
	if (fd >= 0) {
		if (vmd_send(fd, verb, parsed, &why) == 0)
			status = answers(fd, &why);
		close(fd);
	}
	json_decref(parsed);
	if (status < 0)
		log_error("%s", why.text);
	return status < 0 ? 1 : status;
}
