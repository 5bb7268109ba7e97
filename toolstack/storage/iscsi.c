// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting iscsid, writing a session's record, and calling iscsiadm. Times are short and bounded
 * where somebody waits for an answer, and without a bound for a session that has been made: see
 * record_write().
 */
#include "storage/iscsi.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/file.h"
#include "storage/lock.h"
#include "storage/program.h"
#include "storage/reach.h"

#define SERVICE       "/etc/service/iscsid"
#define SOCKET        "ISCSIADM_ABSTRACT_NAMESPACE"
#define REACH_MS      5000
#define START_MS      20000
#define DISK_MS       10000
#define BREAK_MS      5000
#define OTHERS_MS     1000
#define LOOK_MS       100
#define ADMIN_SECONDS 40
/* iscsiadm's exit statuses (iscsi_err.h) */
#define ERR_LOGIN          5
#define ERR_TIMEOUT        8
#define ERR_SESSION_EXISTS 15
#define ERR_FATAL_LOGIN    19
#define ERR_NOTHING_FOUND  21
#define ERR_LOGIN_REFUSED  24

int iscsi_lock(struct sr_error *e)
{
	return sr_lock("iscsi", e);
}

int iscsi_reach(const struct iscsi_source *s, struct sr_error *e)
{
	int fd = reach_connect("iSCSI target", s->host, s->port, now_ms() + REACH_MS, NULL, e);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* Does iscsid take requests? Its socket has a name without a file. */
static bool iscsid_runs(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0" SOCKET };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + sizeof("\0" SOCKET) - 1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool runs = fd >= 0 && connect(fd, (struct sockaddr *)&address, len) == 0;

	if (fd >= 0)
		close(fd);
	return runs;
}

static int iscsid_start(struct sr_error *e)
{
	const char *modules[] = { "modprobe", "-a", "iscsi_tcp", "sd_mod", NULL };
	const char *up[] = { "sv", "up", SERVICE, NULL };
	int64_t deadline = now_ms() + START_MS;
	char name[ISCSI_NAME];

	if (iscsid_runs())
		return 0;
	if (iscsi_initiator(name, e) < 0 || program_run(modules, PROGRAM_TIMEOUT, NULL, e) < 0 ||
	    program_run(up, PROGRAM_TIMEOUT, NULL, e) < 0)
		return -1;
	while (!iscsid_runs()) {
		if (now_ms() >= deadline)
			return sr_fail(e, ERR_BACKEND, "the service iscsid does not start");
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

static void record_path(const struct iscsi_source *s, char path[STORAGE_PATH + ISCSI_TEXT])
{
	snprintf(path, STORAGE_PATH + ISCSI_TEXT, ISCSI_RECORDS "/nodes/%s/%s,%s", s->target,
		 s->host, s->port);
}

/*
 * What iscsid is to do with this target. A login is given up after seconds, so that whoever asked
 * for it is told; a session that breaks later is made again for as long as it takes, and what
 * guests read and write waits meanwhile (replacement_timeout): an error would make their file
 * systems read-only, and a repository has no second path that could be taken instead.
 */
static int record_write(const struct iscsi_source *s, const struct iscsi_login *l,
			struct sr_error *e)
{
	char path[STORAGE_PATH + ISCSI_TEXT];
	struct buf text = { 0 };

	buf_printf(&text,
		   "node.name = %s\nnode.tpgt = -1\nnode.startup = manual\n"
		   "node.discovery_type = static\n"
		   "iface.iscsi_ifacename = default\niface.transport_name = tcp\n"
		   "node.session.initial_login_retry_max = 1\n"
		   "node.session.timeo.replacement_timeout = -1\n"
		   "node.conn[0].address = %s\nnode.conn[0].port = %s\n"
		   "node.conn[0].startup = manual\n"
		   "node.conn[0].timeo.login_timeout = 10\n"
		   "node.conn[0].timeo.logout_timeout = 10\n"
		   "node.session.auth.authmethod = %s\n",
		   s->target, s->host, s->port, l->user[0] ? "CHAP" : "None");
	if (l->user[0])
		buf_printf(&text,
			   "node.session.auth.username = %s\nnode.session.auth.password = %s\n",
			   l->user, l->password);
	record_path(s, path);
	mkdir(ISCSI_RECORDS, 0700);
	file_folders(path);
	return secret_write(path, &text, e);
}

static void portal_text(const struct iscsi_source *s, char portal[ISCSI_TEXT + 16])
{
	bool v6 = strchr(s->host, ':') != NULL;

	snprintf(portal, ISCSI_TEXT + 16, "%s%s%s:%s", v6 ? "[" : "", s->host, v6 ? "]" : "",
		 s->port);
}

static int login_refused(const struct iscsi_source *s, const struct iscsi_login *l,
			 struct sr_error *e)
{
	if (!l->user[0])
		return sr_fail(e, ERR_SR_LOGIN, "target %s at %s wants a CHAP user and password",
			       s->target, s->host);
	return sr_fail(e, ERR_SR_LOGIN,
		       "target %s at %s refuses CHAP user %s: wrong name or password", s->target,
		       s->host, l->user);
}

static int log_in_new(const struct iscsi_source *s, const struct iscsi_login *l, struct sr_error *e)
{
	char portal[ISCSI_TEXT + 16];
	const char *argv[] = { "iscsiadm", "-m",   "node",    "-T", s->target,
			       "-p",       portal, "--login", NULL };
	int status;

	portal_text(s, portal);
	if (iscsi_reach(s, e) < 0 || record_write(s, l, e) < 0)
		return -1;
	if (program_status(argv, ADMIN_SECONDS, NULL, &status, e) == 0 ||
	    status == ERR_SESSION_EXISTS)
		return 0;
	switch (status) {
	case ERR_LOGIN_REFUSED: return login_refused(s, l, e);
	case ERR_LOGIN:
	case ERR_TIMEOUT:
	case ERR_FATAL_LOGIN:
		/*
		 * A target that does not exist is asked for again until the time is over; which
		 * of these comes of it depends on where the last attempt was then.
		 */
		return sr_fail(e, ERR_SR_UNAVAILABLE,
			       "%s takes no login to %s: there is no such target, or not for "
			       "this host, or it is busy",
			       s->host, s->target);
	default: e->code = ERR_SR_UNAVAILABLE; return -1;
	}
}

int iscsi_log_in(const struct iscsi_source *s, const struct iscsi_login *l,
		 struct iscsi_session *session, struct sr_error *e)
{
	if (iscsid_start(e) < 0)
		return -1;
	if (!iscsi_session_wait(s, session, BREAK_MS)) {
		if (log_in_new(s, l, e) < 0)
			return -1;
		if (!iscsi_session_wait(s, session, BREAK_MS))
			return sr_fail(e, ERR_SR_UNAVAILABLE,
				       "target %s at %s: the session ended at once", s->target,
				       s->host);
	}
	if (session->up)
		return 0;
	return sr_fail(e, ERR_SR_UNAVAILABLE,
		       "target %s at %s does not answer; its session is tried again and again",
		       s->target, s->host);
}

int iscsi_attach(const struct iscsi_source *s, const struct iscsi_login *l,
		 struct iscsi_session *session, struct iscsi_lun *lun, struct sr_error *e)
{
	int found;

	if (iscsi_log_in(s, l, session, e) < 0)
		return -1;
	/* The kernel looks for disks when a session begins: an older one has to be asked to. */
	if (iscsi_lun_find(session->sid, s->disk, lun, e) == 0)
		iscsi_rescan(session, NULL);
	found = iscsi_lun_wait(session->sid, s->disk, DISK_MS, lun, e);
	/* The first of several comes alone: it is the only one if no other follows. */
	if (found == 1 && !s->disk[0]) {
		poll(NULL, 0, OTHERS_MS);
		found = iscsi_lun_find(session->sid, "", lun, e);
	}
	if (found == 0)
		sr_fail(e, ERR_SR_UNAVAILABLE, "target %s at %s has no disk %s", s->target, s->host,
			s->disk);
	return found == 1 ? 0 : -1;
}

int iscsi_log_out(const struct iscsi_source *s, struct sr_error *e)
{
	char path[STORAGE_PATH + ISCSI_TEXT], sid[16];
	const char *argv[] = { "iscsiadm", "-m", "session", "-r", sid, "--logout", NULL };
	struct iscsi_session session;
	int status;

	if (iscsi_session_find(s, &session)) {
		snprintf(sid, sizeof(sid), "%u", session.sid);
		if (iscsid_start(e) < 0 ||
		    (program_status(argv, ADMIN_SECONDS, NULL, &status, e) < 0 &&
		     status != ERR_NOTHING_FOUND))
			return -1;
	}
	record_path(s, path);
	return file_unlink(path) < 0 ? sr_fail_errno(e, ERR_BACKEND, "%s", path) : 0;
}

int iscsi_discover(const struct iscsi_source *s, struct buf *lines, struct sr_error *e)
{
	char portal[ISCSI_TEXT + 16];
	const char *argv[] = { "iscsiadm", "-m", "discovery",     "-t", "sendtargets", "-p",
			       portal,     "-o", "nonpersistent", NULL };
	int status;

	portal_text(s, portal);
	if (iscsi_reach(s, e) < 0 || iscsid_start(e) < 0)
		return -1;
	if (program_status(argv, ADMIN_SECONDS, lines, &status, e) == 0 ||
	    status == ERR_NOTHING_FOUND)
		return 0;
	e->code = status == ERR_LOGIN_REFUSED ? ERR_SR_LOGIN : ERR_SR_UNAVAILABLE;
	return -1;
}
