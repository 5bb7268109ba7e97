// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the command `storage` says of iSCSI: which targets a portal has, which disks a target has,
 * the login from a file, and this host's name.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "storage/command.h"
#include "storage/device.h"
#include "storage/iscsi.h"
#include "storage/lock.h"
#include "storage/private.h"
#include "storage/sr_lvm.h"

#define FIRST_MS 10000 /* until a new session has a disk */
#define MORE_MS  1000  /* until no other one follows */

/* One line of a file, or of standard input for "-". */
static int read_password(const char *path, char password[ISCSI_TEXT], struct sr_error *e)
{
	bool in = strcmp(path, "-") == 0;
	int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = 0, got = 1;

	if (fd < 0)
		return sr_fail_errno(e, ERR_VALUE, "%s", path);
	while (got > 0 && len < ISCSI_TEXT && !memchr(password, '\n', (size_t)len)) {
		got = read(fd, password + len, (size_t)(ISCSI_TEXT - len));
		len += got > 0 ? got : 0;
	}
	if (!in)
		close(fd);
	if (got < 0)
		return sr_fail_errno(e, ERR_VALUE, "%s", path);
	if (len == ISCSI_TEXT)
		return sr_fail(e, ERR_VALUE, "%s: more than %d characters", path, ISCSI_TEXT - 1);
	password[len] = '\0';
	password[strcspn(password, "\r\n")] = '\0';
	return 0;
}

int command_login(const struct command_line *c, struct iscsi_login *l, struct sr_error *e)
{
	memset(l, 0, sizeof(*l));
	if (command_text(l->user, sizeof(l->user), "chap-user", c->chap_user, e) < 0 ||
	    (c->chap_password_file && read_password(c->chap_password_file, l->password, e) < 0))
		return -1;
	return iscsi_login_check(l, e);
}

/* Each "address:port,tag target" as what `sr create` takes. */
static int print_targets(const struct iscsi_source *s, struct sr_error *e)
{
	struct buf lines = { 0 };
	char *line, *state;

	if (iscsi_discover(s, &lines, e) < 0)
		return -1;
	for (line = lines.data ? strtok_r(lines.data, "\n", &state) : NULL; line;
	     line = strtok_r(NULL, "\n", &state)) {
		size_t portal = strcspn(line, ", ");
		const char *name = strchr(line, ' ');

		if (name)
			printf("target: %.*s/%s\n", (int)portal, line, name + 1);
	}
	buf_free(&lines);
	return EXIT_OK;
}

static bool print_disk(void *arg, const struct iscsi_lun *lun)
{
	struct sr sr = { .type = &sr_type_lvmoiscsi };
	struct device_report r = { 0 };
	char disk[STORAGE_PATH];
	struct sr_error e;

	printf("lun: %u\nscsi-id: %s\nsize: %" PRIu64 "\nmodel: %s %s\n", lun->lun,
	       lun->id[0] ? lun->id : "unknown", lun->size, lun->vendor, lun->model);
	iscsi_lun_path(lun, disk, sizeof(disk));
	snprintf(sr.source, sizeof(sr.source), "%.400s/%u", (const char *)arg, lun->lun);
	if (device_probe(disk, &r, &e) < 0)
		printf("found: %s\n", e.why.text);
	else
		printf("found: %s\nused: %s\n", r.found[0] ? r.found : "nothing",
		       r.used[0] ? r.used : "no");
	if (lvm_recognise_disk(disk, &sr, &e) == 1)
		printf("repository: %s of type %s, \"%s\"\n", sr.uuid, sr.type->name, sr.name);
	return true;
}

static bool count_disk(void *arg, const struct iscsi_lun *lun)
{
	(void)lun;
	++*(unsigned int *)arg;
	return true;
}

/* Disks of a session come one after the other. */
static void wait_for_disks(unsigned int sid)
{
	int64_t first = now_ms() + FIRST_MS, last = 0;
	unsigned int seen = 0;

	while (now_ms() < (seen ? last : first)) {
		unsigned int nr = 0;

		iscsi_lun_each(sid, count_disk, &nr);
		if (nr > seen) {
			seen = nr;
			last = now_ms() + MORE_MS;
		}
		poll(NULL, 0, 100);
	}
}

static int print_disks(const struct iscsi_source *s, const struct iscsi_login *l,
		       struct sr_error *e)
{
	struct iscsi_source target = *s;
	struct iscsi_session session;
	char text[STORAGE_PATH];
	bool was;
	int lock = iscsi_lock(e);

	if (lock < 0)
		return -1;
	target.disk[0] = '\0';
	was = iscsi_session_find(s, &session);
	if (iscsi_log_in(s, l, &session, e) < 0 ||
	    !iscsi_source_format(&target, text, sizeof(text))) {
		sr_unlock(lock);
		return -1;
	}
	wait_for_disks(session.sid);
	iscsi_lun_each(session.sid, print_disk, text);
	if (!was && iscsi_log_out(s, e) < 0)
		log_warning("%s", e->why.text);
	sr_unlock(lock);
	return EXIT_OK;
}

int command_probe_iscsi(const struct command_line *c, struct sr_error *e)
{
	struct iscsi_source s;
	struct iscsi_login l;

	if (iscsi_source_parse(c->words[0], &s, e) < 0 || command_login(c, &l, e) < 0)
		return -1;
	return s.target[0] ? print_disks(&s, &l, e) : print_targets(&s, e);
}

int command_initiator(const struct command_line *c, struct sr_error *e)
{
	char name[ISCSI_NAME];

	if ((c->nr_words && iscsi_initiator_set(c->words[0], e) < 0) ||
	    iscsi_initiator(name, e) < 0)
		return -1;
	puts(name);
	return EXIT_OK;
}
