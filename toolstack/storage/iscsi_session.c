// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In sysfs: class/iscsi_session/sessionN says target and state,
 * class/iscsi_connection/connectionN:0 the portal, and below sessionN's device are
 * targetH:C:T/H:C:T:L/block/NAME.
 */
#include "storage/iscsi_session.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/bounded.h"
#include "lib/deadline.h"
#include "lib/file.h"

#define SESSIONS ISCSI_SYS "/class/iscsi_session"
#define PATH     512
#define LOOK_MS  100
#define OPEN_MS  5000

/* A file below a session's or a disk's folder; "" if it is not there. */
static void attribute(const char *folder, const char *name, char *text, size_t room)
{
	char path[PATH];
	size_t len;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!file_line(path, text, room))
		text[0] = '\0';
	for (len = strlen(text); len && text[len - 1] == ' ';)
		text[--len] = '\0';
}

/* The next "PREFIXn..." of a folder, or NULL at its end. */
static const char *next_named(DIR *dir, const char *prefix)
{
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			return entry->d_name;
	if (dir)
		closedir(dir);
	return NULL;
}

static bool session_is(unsigned int sid, const struct iscsi_source *s)
{
	char folder[PATH], target[ISCSI_TEXT], host[ISCSI_TEXT], port[8];

	snprintf(folder, sizeof(folder), SESSIONS "/session%u", sid);
	attribute(folder, "targetname", target, sizeof(target));
	snprintf(folder, sizeof(folder), ISCSI_SYS "/class/iscsi_connection/connection%u:0", sid);
	attribute(folder, "persistent_address", host, sizeof(host));
	attribute(folder, "persistent_port", port, sizeof(port));
	return strcmp(target, s->target) == 0 && strcasecmp(host, s->host) == 0 &&
	       strcmp(port, s->port) == 0;
}

bool iscsi_session_find(const struct iscsi_source *s, struct iscsi_session *session)
{
	DIR *dir = opendir(SESSIONS);
	bool found = false;
	const char *name;

	memset(session, 0, sizeof(*session));
	while ((name = next_named(dir, "session"))) {
		char folder[PATH], state[32], link[PATH];
		const char *host;

		if (found || sscanf(name, "session%u", &session->sid) != 1 ||
		    !session_is(session->sid, s))
			continue;
		found = true;
		snprintf(folder, sizeof(folder), SESSIONS "/%.32s", name);
		attribute(folder, "state", state, sizeof(state));
		session->up = strcmp(state, "LOGGED_IN") == 0;
		/* .../platform/host2/session1 */
		strncat(folder, "/device", sizeof(folder) - strlen(folder) - 1);
		host = realpath(folder, link) ? strstr(link, "/host") : NULL;
		if (!host || sscanf(host, "/host%u", &session->host) != 1)
			session->host = 0;
	}
	return found;
}

bool iscsi_session_wait(const struct iscsi_source *s, struct iscsi_session *session, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	bool found;

	while ((found = iscsi_session_find(s, session)) && !session->up && now_ms() < deadline)
		poll(NULL, 0, LOOK_MS);
	return found;
}

/* A disk in a folder named H:C:T:L; false for what is none, or has no name yet. */
static bool lun_read(const char *folder, struct iscsi_lun *lun)
{
	char path[PATH], text[32];
	const char *name;
	DIR *dir;

	memset(lun, 0, sizeof(*lun));
	if (sscanf(strrchr(folder, '/'), "/%*u:%*u:%*u:%u", &lun->lun) != 1)
		return false;
	snprintf(path, sizeof(path), "%.480s/block", folder);
	dir = opendir(path);
	name = next_named(dir, "sd");
	if (!name)
		return false;
	snprintf(lun->name, sizeof(lun->name), "%.31s", name);
	closedir(dir);
	attribute(folder, "wwid", lun->id, sizeof(lun->id));
	attribute(folder, "vendor", lun->vendor, sizeof(lun->vendor));
	attribute(folder, "model", lun->model, sizeof(lun->model));
	snprintf(path, sizeof(path), "%.460s/block/%s", folder, lun->name);
	attribute(path, "size", text, sizeof(text));
	lun->size = strtoull(text, NULL, 10) * 512;
	return true;
}

/* The disks of one target; false: see() wants no more. */
static bool target_luns(const char *target, bool (*see)(void *arg, const struct iscsi_lun *lun),
			void *arg)
{
	DIR *dir = opendir(target);
	bool more = true;
	const char *name;

	while ((name = next_named(dir, ""))) {
		char folder[PATH];
		struct iscsi_lun lun;

		snprintf(folder, sizeof(folder), "%.400s/%.64s", target, name);
		if (more && lun_read(folder, &lun))
			more = see(arg, &lun);
	}
	return more;
}

void iscsi_lun_each(unsigned int sid, bool (*see)(void *arg, const struct iscsi_lun *lun),
		    void *arg)
{
	char folder[PATH], target[PATH];
	bool more = true;
	const char *name;
	DIR *dir;

	snprintf(folder, sizeof(folder), SESSIONS "/session%u/device", sid);
	dir = opendir(folder);
	while ((name = next_named(dir, "target"))) {
		snprintf(target, sizeof(target), "%.300s/%.64s", folder, name);
		more = more && target_luns(target, see, arg);
	}
}

void iscsi_disk_each(bool (*see)(void *arg, const struct iscsi_lun *lun), void *arg)
{
	DIR *dir = opendir(SESSIONS);
	unsigned int sid;
	const char *name;

	while ((name = next_named(dir, "session")))
		if (sscanf(name, "session%u", &sid) == 1)
			iscsi_lun_each(sid, see, arg);
}

struct search {
	const char *said;
	struct iscsi_lun *lun;
	unsigned int matches;
	char numbers[128];
};

static bool search_see(void *arg, const struct iscsi_lun *lun)
{
	struct search *s = arg;
	size_t len = strlen(s->numbers);

	if (!iscsi_disk_matches(s->said, lun->lun, lun->id))
		return true;
	*s->lun = *lun;
	s->matches++;
	snprintf(s->numbers + len, sizeof(s->numbers) - len, "%s%u", len ? ", " : "", lun->lun);
	return true;
}

int iscsi_lun_find(unsigned int sid, const char *said, struct iscsi_lun *lun, struct sr_error *e)
{
	struct search s = { .said = said, .lun = lun };

	iscsi_lun_each(sid, search_see, &s);
	if (s.matches > 1)
		return sr_fail(e, ERR_VALUE, "the target has several disks: say /%s", s.numbers);
	return s.matches == 1;
}

void iscsi_lun_path(const struct iscsi_lun *lun, char *path, size_t room)
{
	snprintf(path, room, ISCSI_DEV "/%s", lun->name);
}

int iscsi_lun_wait(unsigned int sid, const char *said, int64_t ms, struct iscsi_lun *lun,
		   struct sr_error *e)
{
	int64_t deadline = now_ms() + ms;
	char path[PATH];

	for (;;) {
		int found = iscsi_lun_find(sid, said, lun, e);

		if (found < 0)
			return -1;
		if (found) {
			iscsi_lun_path(lun, path, sizeof(path));
			if (bounded_open(path, OPEN_MS) == 0)
				return 1;
		}
		if (now_ms() >= deadline)
			return found ? sr_fail_errno(e, ERR_SR_UNAVAILABLE, "%s", path) : 0;
		poll(NULL, 0, LOOK_MS);
	}
}

/* Whether it helped shows in what is there afterwards. */
static void tell(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, what, strlen(what)) < 0)
		log_warning("%s: %m", path);
	if (fd >= 0)
		close(fd);
}

void iscsi_rescan(const struct iscsi_session *session, const char *name)
{
	char path[PATH];

	snprintf(path, sizeof(path), ISCSI_SYS "/class/scsi_host/host%u/scan", session->host);
	tell(path, "- - -");
	if (!name)
		return;
	snprintf(path, sizeof(path), ISCSI_SYS "/block/%.32s/device/rescan", name);
	tell(path, "1");
}
