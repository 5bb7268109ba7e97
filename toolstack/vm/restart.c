// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file: a line that says what becomes of the old domain, then the new one's configuration, with
 * name, UUID and devices as they are to be. It is locked before it appears.
 */
#include "vm/restart.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/uuid.h"
#include "vm/vm_text.h"

#define FILE_LIMIT (1024 * 1024)
#define LINE_END   "end\n"
#define LINE_KEEP  "keep\n"

static void restart_path(char path[64], const char *prefix, domid_t old)
{
	snprintf(path, 64, VM_RESTART_DIR "/%s%u", prefix, old);
}

static int compose(const struct vm_restart *r, const struct vm_config *vm, struct buf *text,
		   struct reason *why)
{
	char uuid[UUID_TEXT];

	if (!vm->text)
		return reason_set(why, "its configuration cannot be written");
	buf_printf(text, "%s%s\nname = \"%s\"\n", r->keep_old ? LINE_KEEP : LINE_END, vm->text,
		   vm->name);
	if (vm->has_uuid) {
		uuid_format(vm->uuid, uuid);
		buf_printf(text, "uuid = \"%s\"\n", uuid);
	}
	device_list_print(&vm->devices, text);
	return text->failed ? reason_set(why, "out of memory") : 0;
}

/* A file of another name becomes the one when it is complete; the lock goes with it. */
static int put(struct vm_restart *r, const struct buf *text, struct reason *why)
{
	char path[64], fresh[64];

	mkdir(VM_RESTART_DIR, 0700);
	restart_path(path, "", r->old);
	restart_path(fresh, ".new.", r->old);
	r->fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (r->fd < 0)
		return reason_errno(why, "%s", fresh);
	if (flock(r->fd, LOCK_EX | LOCK_NB) == 0 &&
	    write(r->fd, text->data, text->len) == (ssize_t)text->len && rename(fresh, path) == 0)
		return 0;
	reason_errno(why, "%s", fresh);
	unlink(fresh);
	close(r->fd);
	r->fd = -1;
	return -1;
}

int vm_restart_begin(struct vm_restart *r, const struct vm_config *vm, struct reason *why)
{
	struct buf text = { 0 };
	int rc;

	r->fd = -1;
	rc = compose(r, vm, &text, why);
	if (rc == 0)
		rc = put(r, &text, why);
	buf_free(&text);
	return rc;
}

void vm_restart_end(struct vm_restart *r)
{
	char path[64];

	if (r->fd < 0)
		return;
	restart_path(path, "", r->old);
	unlink(path);
	close(r->fd);
	r->fd = -1;
}

static int parse(struct vm_restart *r, const char *text, struct vm_config *vm, struct reason *why)
{
	const char *config = strchr(text, '\n');

	if (!config)
		return reason_set(why, "the restart of domain %u: an empty file", r->old);
	r->keep_old = strncmp(text, LINE_KEEP, strlen(LINE_KEEP)) == 0;
	return vm_text_parse(vm, "configuration", config + 1, why);
}

int vm_restart_take(struct vm_restart *r, domid_t old, struct vm_config *vm, struct reason *why)
{
	struct buf text = { 0 };
	char path[64];
	int rc, error;

	restart_path(path, "", old);
	r->old = old;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return reason_errno(why, "%s", path);
	rc = flock(r->fd, LOCK_EX | LOCK_NB);
	/* It may have been finished since it was opened. */
	if (rc == 0)
		rc = buf_read_file(&text, path, FILE_LIMIT);
	error = errno;
	if (rc < 0) {
		reason_errno(why, "%s", path);
		close(r->fd);
		r->fd = -1;
	} else if ((rc = parse(r, text.data ? text.data : "", vm, why)) < 0) {
		/* It will not be better the next time. */
		vm_restart_end(r);
		error = EINVAL;
	}
	buf_free(&text);
	errno = error;
	return rc;
}

bool vm_restart_pending(domid_t old, bool *idle)
{
	char path[64];
	int fd;

	restart_path(path, "", old);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	*idle = flock(fd, LOCK_EX | LOCK_NB) == 0;
	close(fd);
	return true;
}

void vm_restart_each(void (*callback)(void *arg, domid_t old), void *arg)
{
	DIR *dir = opendir(VM_RESTART_DIR);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			callback(arg, (domid_t)strtoul(entry->d_name, NULL, 10));
	closedir(dir);
}
