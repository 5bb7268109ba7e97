// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files under /run/xen/domains.
 */
#include "lib/vm_state.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

#define STATE_MAX_FILE  4096
#define CONFIG_MAX_FILE (1024 * 1024)

static void state_path(char *path, size_t room, unsigned int domid)
{
	snprintf(path, room, VM_STATE_DIR "/%u", domid);
}

static void config_path(char *path, size_t room, unsigned int domid)
{
	snprintf(path, room, VM_CONFIG_DIR "/%u", domid);
}

int vm_state_keep_config(unsigned int domid, const char *text)
{
	char path[64];

	mkdir("/run/xen", 0755);
	mkdir(VM_CONFIG_DIR, 0700);
	config_path(path, sizeof(path), domid);
	return file_replace(path, text, strlen(text), 0600);
}

int vm_state_load_config(struct buf *text, unsigned int domid)
{
	char path[64];

	config_path(path, sizeof(path), domid);
	return buf_read_file(text, path, CONFIG_MAX_FILE);
}

void vm_state_forget_config(unsigned int domid)
{
	char path[64];

	config_path(path, sizeof(path), domid);
	unlink(path);
}

int vm_state_save(const struct vm_state *s)
{
	char path[64], text[STATE_MAX_FILE];
	int len;

	mkdir("/run/xen", 0755);
	mkdir(VM_STATE_DIR, 0755);
	state_path(path, sizeof(path), s->domid);
	len = snprintf(text, sizeof(text),
		       "name=%s\nuuid=%s\nconsole_port=%u\nstore_port=%u\nresets=%u\n"
		       "created=%lld\nsupervisor=%d\n",
		       s->name, s->uuid, s->console_port, s->store_port, s->resets,
		       (long long)s->created, s->supervisor);
	return file_replace(path, text, (size_t)len, 0644);
}

bool vm_state_parse(struct vm_state *s, char *text)
{
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, '=');

		if (!value)
			return false;
		*value++ = '\0';
		if (strcmp(line, "name") == 0)
			snprintf(s->name, sizeof(s->name), "%s", value);
		else if (strcmp(line, "uuid") == 0)
			snprintf(s->uuid, sizeof(s->uuid), "%s", value);
		else if (strcmp(line, "console_port") == 0)
			s->console_port = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(line, "store_port") == 0)
			s->store_port = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(line, "resets") == 0)
			s->resets = (unsigned int)strtoul(value, NULL, 10);
		else if (strcmp(line, "created") == 0)
			s->created = strtoll(value, NULL, 10);
		else if (strcmp(line, "supervisor") == 0)
			s->supervisor = atoi(value);
	}
	return vm_name_valid(s->name);
}

int vm_state_load(struct vm_state *s, unsigned int domid)
{
	struct buf text = { 0 };
	char path[64];
	int rc = -1;

	memset(s, 0, sizeof(*s));
	s->domid = domid;
	state_path(path, sizeof(path), domid);
	if (buf_read_file(&text, path, STATE_MAX_FILE) == 0) {
		if (text.data && vm_state_parse(s, text.data))
			rc = 0;
		else
			errno = EINVAL;
	}
	buf_free(&text);
	return rc;
}

int vm_state_remove(unsigned int domid)
{
	char path[64];

	state_path(path, sizeof(path), domid);
	return unlink(path);
}

void vm_state_each(bool (*callback)(void *arg, const struct vm_state *s), void *arg)
{
	DIR *dir = opendir(VM_STATE_DIR);
	struct dirent *entry;
	struct vm_state s;
	bool more = true;

	if (!dir)
		return;
	while (more && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (vm_state_load(&s, (unsigned int)strtoul(entry->d_name, NULL, 10)) == 0)
			more = callback(arg, &s);
	}
	closedir(dir);
}

void vm_console_log(char path[VM_CONSOLE_LOG], const char *name)
{
	size_t len = strlen(name), end = strlen(VM_INCOMING);

	if (len > end && strcmp(name + len - end, VM_INCOMING) == 0)
		len -= end;
	snprintf(path, VM_CONSOLE_LOG, "/var/log/xen/console/guest-%.*s.log", (int)len, name);
}
