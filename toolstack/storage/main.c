// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage: finds the command in the tables, sorts its arguments, prints why it failed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/command.h"
#include "storage/monitor.h"

static int cmd_check(const struct command_line *c, struct sr_error *e)
{
	(void)c;
	return storage_check(e);
}

static int cmd_monitor(const struct command_line *c, struct sr_error *e)
{
	(void)c;
	return storage_monitor(e);
}

static const struct command other_commands[] = {
	{ NULL, "check", cmd_check, 0, 0, "",
	  "Are repositories filling up? Exit status 0: no, 1: past 80 %, 2: past 95 % or unreachable" },
	{ NULL, "monitor", cmd_monitor, 0, 0, "",
	  "Plug what this host knows; watch how full it is, log it, extend thin pools" },
	{ NULL, "initiator", command_initiator, 0, 1, "[IQN]",
	  "This host's name for iSCSI targets, or give it another" },
	{ 0 },
};

static const struct command *const tables[] = { sr_commands, vdi_commands, other_commands };

static void usage(FILE *to)
{
	fprintf(to, "Usage: storage COMMAND [ARGUMENTS]\n\n");
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct command *c = tables[t]; c->verb; c++)
			fprintf(to, " %s%s%s %s\n      %s\n", c->object ? c->object : "",
				c->object ? " " : "", c->verb, c->arguments, c->help);
	fprintf(to,
		"\nSR and VDI are a uuid or a name. Sizes are bytes, or 10M, 10G, 10T. Types: %s.\n",
		sr_type_names());
}

static const struct command *command_find(int argc, char **argv)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct command *c = tables[t]; c->verb; c++) {
			const char *const *word = (const char *const *)argv + 1;

			if (c->object && (argc < 2 || strcmp(*word++, c->object) != 0))
				continue;
			if (argc > word - (const char *const *)argv && strcmp(*word, c->verb) == 0)
				return c;
		}
	}
	return NULL;
}

/* --name VALUE and name=VALUE are the same. */
static int option_take(struct command_line *c, const char *name, size_t len, const char *value)
{
	const struct {
		const char *name;
		const char **to;
	} options[] = {
		{ "name", &c->name },
		{ "name-label", &c->name },
		{ "description", &c->description },
		{ "name-description", &c->description },
		{ "uuid", &c->uuid },
		{ "type", &c->type },
		{ "size", &c->size },
		{ "virtual-size", &c->size },
		{ "pool-size", &c->pool_size },
		{ "when-full", &c->when_full },
		{ "sr", &c->sr },
		{ "chap-user", &c->chap_user },
		{ "chap-password-file", &c->chap_password_file },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strlen(options[i].name) != len || strncmp(options[i].name, name, len) != 0)
			continue;
		*options[i].to = value;
		return 0;
	}
	return -1;
}

static int arguments_sort(struct command_line *c, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i];
		const char *value = strchr(arg, '=');
		int rc = 0;

		if (strcmp(arg, "--force") == 0) {
			c->force = true;
		} else if (strncmp(arg, "--", 2) == 0 && value) {
			rc = option_take(c, arg + 2, (size_t)(value - arg - 2), value + 1);
		} else if (strncmp(arg, "--", 2) == 0) {
			rc = i + 1 < argc ? option_take(c, arg + 2, strlen(arg + 2), argv[i + 1])
					  : -1;
			i++;
		} else if (value && arg[0] != '/' &&
			   option_take(c, arg, (size_t)(value - arg), value + 1) == 0) {
			continue;
		} else if (c->nr_words < COMMAND_WORDS) {
			c->words[c->nr_words++] = arg;
		} else {
			rc = -1;
		}
		if (rc < 0) {
			fprintf(stderr,
				"storage: \"%s\": no such option, or its value is missing\n", arg);
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct command_line line = { 0 };
	const struct command *c = command_find(argc, argv);
	int rc, from;

	log_open("storage", LOG_LEVEL_INFO);
	if (!c) {
		bool help = argc == 2 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"));

		usage(help ? stdout : stderr);
		return help ? EXIT_OK : EXIT_USAGE;
	}
	from = c->object ? 3 : 2;
	if (arguments_sort(&line, argc - from, argv + from) < 0)
		return EXIT_USAGE;
	if (line.nr_words < c->least || line.nr_words > c->most) {
		fprintf(stderr, "usage: storage %s%s%s %s\n", c->object ? c->object : "",
			c->object ? " " : "", c->verb, c->arguments);
		return EXIT_USAGE;
	}
	/* A reader that goes away is an error of write(), which undoes what was begun. */
	signal(SIGPIPE, SIG_IGN);
	rc = c->run(&line, &e);
	if (rc >= 0 && fflush(stdout) != 0)
		rc = sr_fail_errno(&e, ERR_BACKEND, "standard output");
	if (rc < 0) {
		log_error("%s: %s", e.code, e.why.text);
		return EXIT_FAILED;
	}
	return rc;
}
