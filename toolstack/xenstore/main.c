// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xenstore: looks into the store and changes it. One program for the commands that people know from
 * Xen, with their options: `xenstore ls` and, by a link of that name, `xenstore-ls`. A command
 * changes all that it names, or nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/xs_wire.h"
#include "lib/log.h"
#include "lib/store.h"
#include "xenstore/escape.h"

#define EXIT_USAGE   2
#define PATH_MAX_LEN (XENSTORE_ABS_PATH_MAX + 1)
#define DEPTH_MAX    (XENSTORE_ABS_PATH_MAX / 2)
#define TRIES        16

static struct store store;

/* As given, by letter. */
static struct options {
	bool full, raw, tidy, up, below, prefix;
	long count;   /* 0: no limit */
	long seconds; /* 0: no limit */
} opt;

static int fail(const char *path)
{
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

static void print_value(const struct buf *value)
{
	struct buf text = { 0 };

	if (opt.raw) {
		fwrite(value->data, 1, value->len, stdout);
		return;
	}
	escape(&text, value->data, value->len);
	if (text.len)
		fputs(text.data, stdout);
	buf_free(&text);
}

static void print_perms(const char *path)
{
	struct buf perms = { 0 };

	if (store_get_perms(&store, path, &perms) == 0) {
		printf("  (");
		for (size_t at = 0; at < perms.len; at += strlen(perms.data + at) + 1)
			printf("%s%s", at ? "," : "", perms.data + at);
		putchar(')');
	}
	buf_free(&perms);
}

static int print_node(const char *path, unsigned int depth)
{
	struct buf value = { 0 };

	if (opt.full)
		printf("%s = \"", path);
	else
		printf("%*s%s = \"", (int)depth, "", strrchr(path, '/') + 1);
	/* It may have gone since its parent was listed. */
	if (store_read(&store, path, &value) == 0)
		print_value(&value);
	putchar('"');
	if (opt.prefix)
		print_perms(path);
	putchar('\n');
	buf_free(&value);
	return 0;
}

/* Calls back for all below a node, parents first. */
static int each_below(char path[PATH_MAX_LEN], unsigned int depth,
		      int (*callback)(const char *path, unsigned int depth))
{
	size_t len = strcmp(path, "/") == 0 ? 0 : strlen(path);
	struct buf names = { 0 };
	int rc = store_list(&store, path, &names);

	for (size_t at = 0; rc == 0 && at < names.len; at += strlen(names.data + at) + 1) {
		if (len + 1 + strlen(names.data + at) >= PATH_MAX_LEN)
			continue;
		sprintf(path + len, "/%s", names.data + at);
		rc = callback(path, depth);
		if (rc == 0 && depth < DEPTH_MAX && each_below(path, depth + 1, callback) < 0 &&
		    errno != ENOENT)
			rc = -1;
	}
	path[len] = '\0';
	buf_free(&names);
	return rc;
}

static int ls_one(const char *arg)
{
	char path[PATH_MAX_LEN];

	if (snprintf(path, sizeof(path), "%s", arg) >= (int)sizeof(path)) {
		errno = EINVAL;
		return fail(arg);
	}
	return each_below(path, 0, print_node) < 0 ? fail(arg) : 0;
}

static int cmd_ls(int argc, char **argv)
{
	int rc = argc ? 0 : ls_one("/");

	for (int i = 0; i < argc && rc == 0; i++)
		rc = ls_one(argv[i]);
	return rc;
}

static int cmd_list(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		struct buf names = { 0 };

		if (store_list(&store, argv[i], &names) < 0)
			return fail(argv[i]);
		for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1) {
			if (opt.prefix)
				printf("%s/", strcmp(argv[i], "/") ? argv[i] : "");
			puts(names.data + at);
		}
		buf_free(&names);
	}
	return 0;
}

static int cmd_read(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		struct buf value = { 0 };

		if (store_read(&store, argv[i], &value) < 0)
			return fail(argv[i]);
		if (opt.prefix)
			printf("%s: ", argv[i]);
		print_value(&value);
		putchar('\n');
		buf_free(&value);
	}
	return 0;
}

static int cmd_exists(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (store_read(&store, argv[i], NULL) < 0)
			return errno == ENOENT ? 1 : fail(argv[i]);
	return 0;
}

static int cmd_write(int argc, char **argv)
{
	int rc = argc % 2 ? EXIT_USAGE : 0;

	for (int i = 0; i < argc && rc == 0; i += 2) {
		struct buf value = { 0 };

		if (opt.raw)
			buf_append(&value, argv[i + 1], strlen(argv[i + 1]));
		else
			unescape(&value, argv[i + 1]);
		if (store_write_bytes(&store, argv[i], value.data, value.len) < 0)
			rc = fail(argv[i]);
		buf_free(&value);
	}
	return rc;
}

/* Parents that have no value and nothing in them any more. */
static int tidy_up(const char *arg)
{
	char path[PATH_MAX_LEN], *last;
	int rc = 0;

	snprintf(path, sizeof(path), "%s", arg);
	while (rc == 0 && (last = strrchr(path, '/')) && last != path) {
		struct buf value = { 0 }, names = { 0 };
		bool empty;

		*last = '\0';
		empty = store_read(&store, path, &value) == 0 && value.len == 0 &&
			store_list(&store, path, &names) == 0 && names.len == 0;
		buf_free(&value);
		buf_free(&names);
		if (!empty)
			break;
		rc = store_remove(&store, path) < 0 ? fail(path) : 0;
	}
	return rc;
}

static int cmd_rm(int argc, char **argv)
{
	int rc = 0;

	for (int i = 0; i < argc && rc == 0; i++) {
		if (store_remove(&store, argv[i]) < 0)
			return fail(argv[i]);
		if (opt.tidy)
			rc = tidy_up(argv[i]);
	}
	return rc;
}

static struct buf new_perms;

static int chmod_one(const char *path, unsigned int depth)
{
	(void)depth;
	return store_set_perms(&store, path, new_perms.data) < 0 ? fail(path) : 0;
}

static int cmd_chmod(int argc, char **argv)
{
	char path[PATH_MAX_LEN], *last;
	int rc;

	new_perms.len = 0;
	for (int i = 1; i < argc; i++)
		buf_printf(&new_perms, "%s%s", i > 1 ? " " : "", argv[i]);
	snprintf(path, sizeof(path), "%s", argv[0]);
	rc = new_perms.failed ? -1 : chmod_one(path, 0);
	if (rc == 0 && opt.below)
		rc = each_below(path, 0, chmod_one);
	while (rc == 0 && opt.up && (last = strrchr(path, '/')) && last != path) {
		*last = '\0';
		rc = chmod_one(path, 0);
	}
	return rc;
}

/* Prints the path of each event, until it is killed or has had enough. */
static int cmd_watch(int argc, char **argv)
{
	time_t until = time(NULL) + opt.seconds;
	struct buf event = { 0 };
	int rc = 0;

	for (int i = 0; i < argc; i++)
		if (store_watch(&store, argv[i], argv[i]) < 0)
			return fail(argv[i]);
	for (long seen = 0; rc == 0 && (!opt.count || seen < opt.count); seen++) {
		time_t left = until - time(NULL);

		if (opt.seconds && (left <= 0 || store_event_wait(&store, (int)left * 1000) == 0)) {
			rc = 1;
			break;
		}
		event.len = 0;
		if (store_event(&store, &event) < 0) {
			rc = fail(argv[0]);
			break;
		}
		puts(event.data);
		fflush(stdout);
	}
	buf_free(&event);
	return rc;
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	bool changes; /* as one transaction */
	int least;    /* arguments */
	const char *letters;
	const char *arguments;
	const char *help;
} commands[] = {
	{ "ls", cmd_ls, false, 0, "fps", "[-fp] [PATH ...]",
	  "All below nodes; -f: whole paths, -p: permissions" },
	{ "list", cmd_list, false, 1, "ps", "[-p] PATH ...",
	  "Names of nodes' children; -p: whole paths" },
	{ "read", cmd_read, false, 1, "psR", "[-pR] PATH ...",
	  "Values of nodes; -p: with their paths, -R: as they are" },
	{ "exists", cmd_exists, false, 1, "s", "PATH ...",
	  "Returns 0 if there are all of these nodes, else 1" },
	{ "write", cmd_write, true, 2, "sR", "[-R] PATH VALUE ...",
	  "Give nodes values; \\n, \\t, \\r, \\\\, \\xHH are characters, with -R they are not" },
	{ "rm", cmd_rm, true, 1, "st", "[-t] PATH ...",
	  "Remove nodes and what is below them; -t: and parents that are empty then" },
	{ "chmod", cmd_chmod, true, 2, "sur", "[-ur] PATH PERM ...",
	  "Permissions, the owner first: n0 r3 (n, r, w, b); -u: upwards, -r: all below, too" },
	{ "watch", cmd_watch, false, 1, "sn:w:", "[-n COUNT] [-w SECONDS] PATH ...",
	  "Print each change at or below nodes, so many, so long (then it returns 1)" },
};

static int usage(FILE *to)
{
	fprintf(to, "usage: xenstore COMMAND [ARGUMENTS], or xenstore-COMMAND [ARGUMENTS]\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, " %s %s\n\t%s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	fprintf(to, "\n-s (use the socket) is always so, and taken for compatibility.\n");
	return to == stdout ? 0 : EXIT_USAGE;
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static bool number(const char *text, long *value)
{
	char *end;

	*value = strtol(text, &end, 10);
	return *text && !*end && *value > 0 && *value < 1000000;
}

/* False: not an option of this command, or no number. */
static bool options_read(const struct command *c, int argc, char **argv)
{
	char accepted[24];
	int letter;

	snprintf(accepted, sizeof(accepted), "+%s", c->letters);
	while ((letter = getopt(argc, argv, accepted)) != -1) {
		switch (letter) {
		case 'f': opt.full = true; break;
		case 'p': opt.prefix = true; break;
		case 'R': opt.raw = true; break;
		case 't': opt.tidy = true; break;
		case 'u': opt.up = true; break;
		case 'r': opt.below = true; break;
		case 's': break;
		case 'n':
			if (!number(optarg, &opt.count))
				return false;
			break;
		case 'w':
			if (!number(optarg, &opt.seconds))
				return false;
			break;
		default: return false;
		}
	}
	return argc - optind >= c->least;
}

static int command_try(const struct command *c, int argc, char **argv)
{
	int rc;

	if (!c->changes)
		return c->run(argc, argv);
	for (unsigned int i = 0; i < TRIES; i++) {
		if (store_begin(&store) < 0)
			return fail("store");
		rc = c->run(argc, argv);
		if (store_end(&store, rc == 0) == 0 || rc)
			return rc;
		if (errno != EAGAIN)
			break;
	}
	return fail("store");
}

static int command_run(const struct command *c, int argc, char **argv)
{
	int rc;

	if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return usage(stdout);
	if (!options_read(c, argc, argv))
		return usage(stderr);
	if (store_open(&store) < 0) {
		log_error("no xenstored: %s", strerror(errno));
		return 1;
	}
	rc = command_try(c, argc - optind, argv + optind);
	store_close(&store);
	return rc == EXIT_USAGE ? usage(stderr) : rc < 0 ? 1 : rc;
}

int main(int argc, char **argv)
{
	const char *self = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	const struct command *c;

	log_open("xenstore", LOG_LEVEL_WARNING);
	if (strncmp(self, "xenstore-", strlen("xenstore-")) == 0) {
		c = command_find(self + strlen("xenstore-"));
	} else {
		if (argc < 2)
			return usage(stderr);
		argv++;
		argc--;
		c = command_find(argv[0]);
	}
	if (!c)
		return usage(strcmp(argv[0], "help") == 0 ? stdout : stderr);
	return command_run(c, argc, argv);
}
