// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers as a shell reads them. Every value stands in single quotes, so nothing in it means
 * anything to the shell.
 */
#include "installer/answers/answers.h"

#include <string.h>

static void quoted(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			buf_append(out, "'\\''", 4);
		else
			buf_append(out, text + i, 1);
	}
}

static void assign(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "a_%s='", name);
	quoted(out, text, strlen(text));
	buf_append(out, "'\n", 2);
}

static void assign_list(struct buf *out, const char *name, const struct answers_list *list)
{
	buf_printf(out, "a_%s='", name);
	for (size_t i = 0; i < list->nr; i++) {
		if (i)
			buf_append(out, " ", 1);
		quoted(out, list->text[i], strlen(list->text[i]));
	}
	buf_append(out, "'\n", 2);
}

/* Without the lines that stand for others of the file. */
static void assign_network(struct buf *out, const struct buf *network)
{
	buf_printf(out, "a_network='");
	for (size_t i = 0; i < network->len; i++)
		if (network->data[i] != '\n' || (i && network->data[i - 1] != '\n'))
			quoted(out, network->data + i, 1);
	buf_append(out, "'\n", 2);
}

/* A line for each: its stage, and where it is. */
static void assign_hooks(struct buf *out, const struct answers *a)
{
	buf_printf(out, "a_hooks='");
	for (size_t i = 0; i < a->nr_hooks; i++) {
		buf_printf(out, "%s%s ", i ? "\n" : "", a->hooks[i].stage);
		quoted(out, a->hooks[i].from, strlen(a->hooks[i].from));
	}
	buf_append(out, "'\n", 2);
}

void answers_print(const struct answers *a, struct buf *out)
{
	assign(out, "install", a->install);
	assign(out, "disk", a->disk);
	assign(out, "second_disk", a->second_disk);
	assign_list(out, "storage_disks", &a->storage_disks);
	assign_list(out, "erase", &a->erase);
	assign(out, "storage", a->storage);
	assign(out, "source", a->source);
	assign(out, "hostname", a->hostname);
	assign(out, "root_hash", a->root_hash);
	assign(out, "ssh_key", a->ssh_key);
	assign_list(out, "ntp_servers", &a->ntp_servers);
	assign(out, "trust_key", a->trust_key);
	assign(out, "finish", a->finish);
	assign(out, "backup", a->backup);
	assign(out, "keymap", a->keymap);
	assign(out, "timezone", a->timezone);
	assign(out, "clock", a->clock);
	assign_hooks(out, a);
	assign_network(out, &a->network);
}
