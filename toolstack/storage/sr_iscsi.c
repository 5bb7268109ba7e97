// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A repository of type lvmoiscsi: session first, then what sr_lvm.c does to any disk. Whether the
 * target answers is asked before each command, by a read in a process of its own: LVM would wait
 * for the target in the kernel, where it cannot be ended.
 */
#include "storage/sr_iscsi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bounded.h"
#include "storage/iscsi.h"
#include "storage/lock.h"
#include "storage/plug_state.h"
#include "storage/program.h"
#include "storage/sr_lvm.h"

#define BREAK_MS    5000
#define ANSWER_MS   8000
#define READ_AT_ONE 4096
#define DM_NAMES    64

static const struct iscsi_login nobody;

static int available(struct sr_error *e)
{
	if (!program_exists("iscsiadm"))
		return sr_fail(e, ERR_UNSUPPORTED, "this system has no program iscsiadm");
	return lvm_available(e);
}

/* Session and disk as they are now, without a question to the target. */
static int look(const struct sr *sr, struct iscsi_source *s, struct iscsi_session *session,
		char disk[STORAGE_PATH], struct sr_error *e)
{
	struct iscsi_lun lun;
	int found;

	if (iscsi_source_parse(sr->source, s, e) < 0)
		return -1;
	if (!iscsi_session_find(s, session))
		return sr_fail(e, ERR_SR_UNAVAILABLE,
			       "repository %s is not plugged: no session with target %s at %s",
			       sr->uuid, s->target, s->host);
	found = iscsi_lun_find(session->sid, s->disk, &lun, e);
	if (found == 0)
		sr_fail(e, ERR_SR_UNAVAILABLE, "repository %s: target %s at %s has no disk %s",
			sr->uuid, s->target, s->host, s->disk);
	if (found <= 0)
		return -1;
	iscsi_lun_path(&lun, disk, STORAGE_PATH);
	return 0;
}

int sr_iscsi_disk(const struct sr *sr, char disk[STORAGE_PATH], struct sr_error *e)
{
	struct iscsi_session session;
	struct iscsi_source s;

	return look(sr, &s, &session, disk, e);
}

static int read_disk(const void *path)
{
	_Alignas(READ_AT_ONE) static char block[READ_AT_ONE];
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);

	return fd >= 0 && pread(fd, block, sizeof(block), 0) == (ssize_t)sizeof(block) ? 0 : -1;
}

static int ready(const struct sr *sr, struct sr_error *e)
{
	struct iscsi_session session;
	struct iscsi_source s;
	char disk[STORAGE_PATH];

	if (look(sr, &s, &session, disk, e) < 0)
		return -1;
	iscsi_session_wait(&s, &session, BREAK_MS);
	errno = ETIMEDOUT;
	if (session.up && bounded_call(read_disk, disk, ANSWER_MS) == 0)
		return 0;
	return sr_fail_errno(e, ERR_SR_UNAVAILABLE, "target %s at %s does not answer", s.target,
			     s.host);
}

/* Does another repository need this session? */
static bool session_shared(const struct sr *sr, const struct iscsi_source *s)
{
	struct sr_error ignored;
	struct sr *list;
	bool shared = false;
	size_t nr;

	if (sr_list(&list, &nr, &ignored) < 0)
		return true;
	for (size_t i = 0; i < nr && !shared; i++) {
		struct iscsi_source other;

		shared = list[i].type == &sr_type_lvmoiscsi &&
			 strcmp(list[i].uuid, sr->uuid) != 0 &&
			 plug_state(list[i].uuid) == PLUG_STATE_PLUGGED &&
			 iscsi_source_parse(list[i].source, &other, &ignored) == 0 &&
			 iscsi_same_target(s, &other);
	}
	free(list);
	return shared;
}

static int detach(const struct sr *sr, struct sr_error *e)
{
	struct iscsi_source s;
	int lock, rc = 0;

	if (iscsi_source_parse(sr->source, &s, e) < 0 || (lock = iscsi_lock(e)) < 0)
		return -1;
	if (!session_shared(sr, &s))
		rc = iscsi_log_out(&s, e);
	sr_unlock(lock);
	return rc;
}

/* The session, and the disk that text means in it; sr->source is text with port and disk. */
static int attach(struct sr *sr, const char *text, const struct iscsi_login *l,
		  char disk[STORAGE_PATH], struct sr_error *e)
{
	struct iscsi_session session;
	struct iscsi_source s;
	struct iscsi_lun lun;
	int lock, rc;

	if (iscsi_source_parse(text, &s, e) < 0 || iscsi_login_check(l, e) < 0)
		return -1;
	if (!s.target[0])
		return sr_fail(e, ERR_VALUE, "%s: which target? `storage sr probe` lists them",
			       text);
	lock = iscsi_lock(e);
	if (lock < 0)
		return -1;
	rc = iscsi_attach(&s, l, &session, &lun, e);
	sr_unlock(lock);
	if (rc < 0)
		return -1;
	/* The only one today may have others beside it tomorrow. */
	if (!s.disk[0])
		snprintf(s.disk, sizeof(s.disk), "%u", lun.lun);
	if (!iscsi_source_format(&s, sr->source, sizeof(sr->source)))
		return sr_fail(e, ERR_VALUE, "%s is too long", text);
	iscsi_lun_path(&lun, disk, STORAGE_PATH);
	return 0;
}

static int format(struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	char disk[STORAGE_PATH], text[STORAGE_PATH];
	struct sr_error ignored;

	memcpy(text, sr->source, sizeof(text));
	if (attach(sr, text, &how->login, disk, e) == 0 && lvm_format_disk(sr, disk, how, e) == 0 &&
	    iscsi_login_save(sr->uuid, &how->login, e) == 0)
		return 0;
	detach(sr, &ignored);
	return -1;
}

static int recognise(const char *source, const struct sr_options *how, struct sr *sr,
		     struct sr_error *e)
{
	const struct iscsi_login *login = how ? &how->login : &nobody;
	struct sr_error ignored;
	char disk[STORAGE_PATH];
	struct iscsi_source s;
	int rc;

	if (iscsi_source_parse(source, &s, &ignored) < 0 || !s.target[0])
		return 0;
	/* So that LVM looks there, and nowhere else. */
	sr->type = &sr_type_lvmoiscsi;
	snprintf(sr->source, sizeof(sr->source), "%s", source);
	rc = attach(sr, source, login, disk, e);
	if (rc == 0)
		rc = lvm_recognise_disk(disk, sr, e);
	if (rc == 1 && sr->type != &sr_type_lvmoiscsi)
		rc = sr_fail(e, ERR_VALUE, "%s holds a repository of type %s, not lvmoiscsi", disk,
			     sr->type->name);
	if (rc == 1 && iscsi_login_save(sr->uuid, login, e) < 0)
		rc = -1;
	if (rc != 1)
		detach(sr, &ignored);
	return rc;
}

static int plug(const struct sr *sr, struct sr_error *e)
{
	struct iscsi_login login;
	struct sr now = *sr;
	char disk[STORAGE_PATH];
	int rc;

	if (iscsi_login_load(sr->uuid, &login, e) < 0)
		return -1;
	rc = attach(&now, sr->source, &login, disk, e);
	explicit_bzero(&login, sizeof(login));
	return rc < 0 || ready(sr, e) < 0 ? -1 : lvm_plug(sr, e);
}

/* Hyphens of a group are doubled in the device mapper's names; one ends the group. */
static bool of_group(const struct sr *sr, const char *name)
{
	const char *at = name;

	for (const char *c = sr->group; *c; c++)
		for (int twice = *c == '-'; twice >= 0; twice--)
			if (*at++ != *c)
				return false;
	return at[0] == '-' && at[1] != '-';
}

/*
 * Takes the group's volumes from the kernel without a look at the disk, whose target is silent. One
 * that somebody has open stays, and is named.
 */
static int drop_volumes(const struct sr *sr, struct sr_error *e)
{
	const char *list[] = { "dmsetup", "ls", NULL };
	struct buf out = { 0 };
	char *line, *state;
	int rc = program_run(list, PROGRAM_TIMEOUT, &out, e);

	for (line = rc == 0 && out.data ? strtok_r(out.data, "\n", &state) : NULL; line && rc == 0;
	     line = strtok_r(NULL, "\n", &state)) {
		const char *remove[] = { "dmsetup", "remove", line, NULL };

		line[strcspn(line, " \t")] = '\0';
		if (!of_group(sr, line))
			continue;
		rc = program_run(remove, PROGRAM_TIMEOUT, NULL, e);
		if (rc < 0)
			e->code = ERR_SR_IN_USE;
	}
	buf_free(&out);
	return rc;
}

static int unplug(const struct sr *sr, struct sr_error *e)
{
	struct sr_error silent;
	int rc = ready(sr, &silent) == 0 ? lvm_unplug(sr, e) : drop_volumes(sr, e);

	return rc < 0 ? -1 : detach(sr, e);
}

static int erase(const struct sr *sr, struct sr_error *e)
{
	return lvm_erase(sr, e) < 0 ? -1 : detach(sr, e);
}

static int scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e)
{
	struct iscsi_session session;
	struct iscsi_source s;
	char disk[STORAGE_PATH];

	if (look(sr, &s, &session, disk, e) < 0)
		return -1;
	/* It may have grown at the target. */
	iscsi_rescan(&session, disk + strlen("/dev/"));
	return lvm_scan(sr, found, e);
}

const struct sr_type sr_type_lvmoiscsi = {
	.name = "lvmoiscsi",
	.available = available,
	.ready = ready,
	.format = format,
	.recognise = recognise,
	.plug = plug,
	.unplug = unplug,
	.erase = erase,
	.scan = scan,
	LVM_DISKS,
};
