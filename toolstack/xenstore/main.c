// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xenstore: looks into the store and changes it. One program for the commands that people know from
 * Xen: `xenstore ls` and, by a link of that name, `xenstore-ls`.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/store.h"

#define EXIT_USAGE   2
#define PATH_MAX_LEN 3072
#define DEPTH_MAX    64

static struct store store;

struct options {
	bool full;  /* -f: whole paths */
	bool perms; /* -p */
};

static int fail(const char *path)
{
	log_error("%s: %s", path, strerror(errno));
	return 1;
}

/* What is not printable becomes \xHH, so that no guest talks to the terminal. */
static void print_value(const struct buf *value)
{
	for (size_t i = 0; i < value->len; i++) {
		unsigned char c = (unsigned char)value->data[i];

		if (isprint(c) && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", c);
	}
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

static void print_node(const char *path, const char *name, unsigned int depth,
		       const struct options *o)
{
	struct buf value = { 0 };

	if (o->full)
		printf("%s = \"", path);
	else
		printf("%*s%s = \"", (int)depth, "", name);
	/* It may have gone since its parent was listed. */
	if (store_read(&store, path, &value) == 0)
		print_value(&value);
	putchar('"');
	if (o->perms)
		print_perms(path);
	putchar('\n');
	buf_free(&value);
}

static int list_below(const char *path, unsigned int depth, const struct options *o)
{
	const char *parent = strcmp(path, "/") == 0 ? "" : path;
	char child[PATH_MAX_LEN + 1];
	struct buf names = { 0 };
	int rc = store_list(&store, path, &names);

	for (size_t at = 0; rc == 0 && at < names.len; at += strlen(names.data + at) + 1) {
		const char *name = names.data + at;
		int len = snprintf(child, sizeof(child), "%s/%s", parent, name);

		if (len >= (int)sizeof(child))
			continue;
		print_node(child, name, depth, o);
		if (depth < DEPTH_MAX)
			list_below(child, depth + 1, o);
	}
	buf_free(&names);
	return rc;
}

static int cmd_ls(int argc, char **argv, const struct options *o)
{
	const char *path = argc ? argv[0] : "/";

	return list_below(path, 0, o) < 0 ? fail(path) : 0;
}

static int cmd_list(int argc, char **argv, const struct options *o)
{
	(void)o;
	for (int i = 0; i < argc; i++) {
		struct buf names = { 0 };

		if (store_list(&store, argv[i], &names) < 0)
			return fail(argv[i]);
		for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1)
			puts(names.data + at);
		buf_free(&names);
	}
	return 0;
}

static int cmd_read(int argc, char **argv, const struct options *o)
{
	for (int i = 0; i < argc; i++) {
		struct buf value = { 0 };

		if (store_read(&store, argv[i], &value) < 0)
			return fail(argv[i]);
		if (o->full)
			printf("%s: ", argv[i]);
		print_value(&value);
		putchar('\n');
		buf_free(&value);
	}
	return 0;
}

static int cmd_exists(int argc, char **argv, const struct options *o)
{
	(void)o;
	for (int i = 0; i < argc; i++)
		if (store_read(&store, argv[i], NULL) < 0)
			return errno == ENOENT ? 1 : fail(argv[i]);
	return 0;
}

static int cmd_write(int argc, char **argv, const struct options *o)
{
	(void)o;
	if (argc % 2)
		return EXIT_USAGE;
	for (int i = 0; i < argc; i += 2)
		if (store_write(&store, argv[i], argv[i + 1]) < 0)
			return fail(argv[i]);
	return 0;
}

static int cmd_rm(int argc, char **argv, const struct options *o)
{
	(void)o;
	for (int i = 0; i < argc; i++)
		if (store_remove(&store, argv[i]) < 0)
			return fail(argv[i]);
	return 0;
}

static int cmd_chmod(int argc, char **argv, const struct options *o)
{
	struct buf perms = { 0 };
	int rc;

	(void)o;
	for (int i = 1; i < argc; i++)
		buf_printf(&perms, "%s%s", i > 1 ? " " : "", argv[i]);
	rc = perms.failed ? -1 : store_set_perms(&store, argv[0], perms.data);
	buf_free(&perms);
	return rc < 0 ? fail(argv[0]) : 0;
}

/* Prints the path of each event, until it is killed. */
static int cmd_watch(int argc, char **argv, const struct options *o)
{
	struct buf event = { 0 };

	(void)argc;
	(void)o;
	if (store_watch(&store, argv[0], "watch") < 0)
		return fail(argv[0]);
	while (store_event(&store, &event) == 0) {
		puts(event.data);
		fflush(stdout);
		event.len = 0;
	}
	buf_free(&event);
	return fail(argv[0]);
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv, const struct options *o);
	int least, most; /* arguments */
	const char *arguments;
	const char *help;
} commands[] = {
	{ "ls", cmd_ls, 0, 1, "[-fp] [PATH]",
	  "All below a node; -f: whole paths, -p: permissions" },
	{ "list", cmd_list, 1, 64, "PATH ...", "Names of a node's children" },
	{ "read", cmd_read, 1, 64, "[-f] PATH ...", "Values of nodes" },
	{ "exists", cmd_exists, 1, 64, "PATH ...", "Returns 0 if there are these nodes, else 1" },
	{ "write", cmd_write, 2, 64, "PATH VALUE ...", "Give nodes values" },
	{ "rm", cmd_rm, 1, 64, "PATH ...", "Remove nodes and what is below them" },
	{ "chmod", cmd_chmod, 2, 9, "PATH PERM ...",
	  "Permissions, the owner first: n0 r3 (n, r, w, b)" },
	{ "watch", cmd_watch, 1, 1, "PATH", "Print each change at or below a node" },
};

static int usage(FILE *to)
{
	fprintf(to, "usage: xenstore COMMAND [ARGUMENTS]\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, " %-7s %-15s %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	return to == stdout ? 0 : EXIT_USAGE;
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int command_run(const struct command *c, int argc, char **argv)
{
	struct options o = { 0 };
	int opt, rc;

	while ((opt = getopt(argc, argv, "+fp")) != -1) {
		if (opt == '?')
			return usage(stderr);
		o.full |= opt == 'f';
		o.perms |= opt == 'p';
	}
	argc -= optind;
	argv += optind;
	if (argc < c->least || argc > c->most)
		return usage(stderr);
	if (store_open(&store) < 0) {
		log_error("no xenstored: %s", strerror(errno));
		return 1;
	}
	rc = c->run(argc, argv, &o);
	store_close(&store);
	return rc == EXIT_USAGE ? usage(stderr) : rc;
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
