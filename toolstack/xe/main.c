// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xe: manages a host by its API, from the host itself or from any other machine. Start reading
 * here: a command is a row of a verbs' table (verbs_*.c), or KIND-list and KIND-param-*
 * (generated.h).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/generated.h"
#include "xe/help.h"
#include "xe/verbs.h"

static struct api *api;
static void (*undo_first)(const char *ref);
static char undo_ref[80];

void die_undo(void (*undo)(const char *ref), const char *ref)
{
	undo_first = undo;
	snprintf(undo_ref, sizeof(undo_ref), "%s", ref);
}

void die(int status, const char *fmt, ...)
{
	void (*undo)(const char *ref) = undo_first;
	struct api *open = api;
	va_list args;

	progress_end();
	fflush(stdout);
	fprintf(stderr, "xe: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
	/* These may fail as well; once is enough. */
	undo_first = NULL;
	if (undo)
		undo(undo_ref);
	api = NULL;
	if (status == EXIT_REFUSED || status == EXIT_USAGE)
		api_close(open);
	exit(status);
}

void die_memory(void)
{
	die(EXIT_REFUSED, "out of memory");
}

static void command_run(struct settings *s, struct request *r)
{
	const struct verb *v = verb_find(r->command);
	const struct generated *g = NULL;
	const struct kind *k = NULL;
	const char *rest;

	if (!v) {
		k = kind_of_command(r->command, &rest);
		g = k ? generated_find(rest) : NULL;
	}
	if (!v && (!g || (g->writes && !kind_writable(k))))
		request_wrong("there is no command '%s'; see: xe help", r->command);
	api = api_open(s);
	if (v)
		verb_run(api, v, r);
	else
		g->run(api, k, r);
	api_close(api);
	api = NULL;
}

int main(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct request request = { 0 };

	if (argc == 2 && strcmp(argv[1], "--completion") == 0) {
		completion_print();
		return 0;
	}
	request_parse(&request, &settings, argc, argv);
	legacy_translate(&request);
	if (!request.command || strcmp(request.command, "help") == 0) {
		request.command = "help";
		help_run(&request);
		return argc == 1 ? EXIT_USAGE : 0;
	}
	command_run(&settings, &request);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "xe: the output cannot be written\n");
		return EXIT_REFUSED;
	}
	return 0;
}
