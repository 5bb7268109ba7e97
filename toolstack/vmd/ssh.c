// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about who may log in as root by SSH. The server starts with the first key. Lines that
 * others have written, with options perhaps, stay as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "vmd/ssh_key.h"
#include "vmd/verbs.h"

#define FOLDER   "/root/.ssh"
#define FILE_    FOLDER "/authorized_keys"
#define LOCK     "/run/socle/ssh.lock"
#define KEYS_MAX 100
#define FILE_MAX (KEYS_MAX * SSH_KEY_LINE)

static const struct arg key_args[] = { ARG("key", LINE, .min = 1, .max = SSH_KEY_LINE - 1),
				       ARGS_END };

/* What two operations read and write one after the other; it ends with the process. */
static int lock(struct call *c)
{
	if (file_lock(LOCK, O_RDWR | O_CREAT, LOCK_EX) < 0)
		return call_fail(c, "INTERNAL_ERROR", "lock", "%s: %s", LOCK, strerror(errno));
	return 0;
}

static int keys_read(struct call *c, struct buf *text)
{
	if (buf_read_file(text, FILE_, FILE_MAX) == 0 || errno == ENOENT)
		return 0;
	return call_fail(c, "INTERNAL_ERROR", "authorized_keys", "%s: %s", FILE_, strerror(errno));
}

static int keys_write(struct call *c, const struct buf *text)
{
	if (text->failed)
		return call_fail(c, "INTERNAL_ERROR", "memory", "out of memory");
	if ((mkdir(FOLDER, 0700) < 0 && errno != EEXIST) ||
	    file_replace(FILE_, text->data ? text->data : "", text->len, 0600) < 0)
		return call_fail(c, "INTERNAL_ERROR", "authorized_keys", "%s: %s", FILE_,
				 strerror(errno));
	return 0;
}

/* Each line that is one, without its end: text is cut up. */
static char *line_next(char **at)
{
	char *line;

	while ((line = strsep(at, "\n")))
		if (*line && *line != '#')
			return line;
	return NULL;
}

static int do_list(struct call *c)
{
	struct buf text = { 0 };
	char *at, *line;

	if (keys_read(c, &text) < 0)
		return -1;
	call_set(c, "keys", json_array());
	for (at = text.data; at && (line = line_next(&at));) {
		json_t *one = json_string(line);

		/* What is no text is not shown. */
		if (one)
			call_item(c, "keys", one);
	}
	buf_free(&text);
	return 0;
}

/* All lines but those with that key; how many have it, and how many there are of others. */
static void lines_without(const char *key, char *text, struct buf *rest, size_t *same,
			  size_t *others)
{
	char *at = text, *line;

	*same = *others = 0;
	while (at && (line = strsep(&at, "\n"))) {
		if (ssh_key_same(line, key)) {
			++*same;
			continue;
		}
		if (!*line && !at)
			break;
		*others += *line && *line != '#';
		buf_printf(rest, "%s\n", line);
	}
}

static int change(struct call *c, bool add)
{
	const char *key = arg_text(c->args, "key");
	struct buf text = { 0 }, rest = { 0 };
	size_t same, others;
	int rc = -1;

	if (lock(c) < 0 || keys_read(c, &text) < 0)
		return -1;
	lines_without(key, text.data, &rest, &same, &others);
	if (add && others >= KEYS_MAX)
		call_fail(c, "INVALID_VALUE", "key", "there are %d keys already", KEYS_MAX);
	else if (!add && !same)
		call_fail(c, "INVALID_VALUE", "key", "there is no such key");
	else {
		if (add)
			buf_printf(&rest, "%s\n", key);
		rc = keys_write(c, &rest);
	}
	buf_free(&text);
	buf_free(&rest);
	return rc;
}

static int do_add(struct call *c)
{
	struct reason why;

	if (ssh_key_check(arg_text(c->args, "key"), &why) < 0)
		return call_fail(c, "INVALID_VALUE", "key", "%s", why.text);
	return change(c, true);
}

static int do_remove(struct call *c)
{
	return change(c, false);
}

const struct verb ssh_verbs[] = {
	{ "ssh.list", args_none, do_list, "root's keys: {keys}" },
	{ "ssh.add", key_args, do_add, "a key that root may log in with" },
	{ "ssh.remove", key_args, do_remove, "it may not any more" },
	{ .name = NULL },
};
