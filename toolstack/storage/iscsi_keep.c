// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has to outlast a start of the host: the initiator's name, which targets know this host by,
 * and the login of each repository. Files of STORAGE_STATE that only root can read.
 */
#include "storage/iscsi.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "storage/lock.h"
#include "storage/program.h"
#include "storage/registry.h"

#define NAME_FILE  STORAGE_STATE "/initiatorname.iscsi" /* iscsid's service reads it, too */
#define NAME_KEY   "InitiatorName="
#define TEXT_LIMIT 4096

static int initiator_write(const char *name, struct sr_error *e)
{
	char text[sizeof(NAME_KEY) + ISCSI_NAME + 1];
	int len = snprintf(text, sizeof(text), NAME_KEY "%s\n", name);

	if (registry_folder(e) < 0)
		return -1;
	if (file_replace(NAME_FILE, text, (size_t)len, 0600) < 0)
		return sr_fail_errno(e, ERR_BACKEND, NAME_FILE);
	return 0;
}

/* The year and the domain are open-iscsi's, whose own tool makes names like that. */
static int initiator_make(char name[ISCSI_NAME], struct sr_error *e)
{
	uint8_t uuid[16];

	if (uuid_generate(uuid) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "random numbers");
	snprintf(name, ISCSI_NAME, "iqn.2016-04.com.open-iscsi:%02x%02x%02x%02x%02x%02x", uuid[10],
		 uuid[11], uuid[12], uuid[13], uuid[14], uuid[15]);
	return initiator_write(name, e);
}

int iscsi_initiator(char name[ISCSI_NAME], struct sr_error *e)
{
	char line[sizeof(NAME_KEY) + ISCSI_NAME];

	if (!file_line(NAME_FILE, line, sizeof(line)))
		return initiator_make(name, e);
	if (strncmp(line, NAME_KEY, strlen(NAME_KEY)) != 0)
		return sr_fail(e, ERR_BACKEND, NAME_FILE ": expected " NAME_KEY);
	snprintf(name, ISCSI_NAME, "%.223s", line + strlen(NAME_KEY));
	return 0;
}

static bool any_session(void)
{
	DIR *dir = opendir(ISCSI_SYS "/class/iscsi_session");
	struct dirent *entry;
	bool any = false;

	while (dir && !any && (entry = readdir(dir)))
		any = entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return any;
}

int iscsi_initiator_set(const char *name, struct sr_error *e)
{
	/*
	 * Read once, when it starts; it is started again when it is needed. "stop" waits for its
	 * end: it takes logins until then, with the former name.
	 */
	const char *stop[] = { "sv", "-w", "20", "stop", "/etc/service/iscsid", NULL };
	struct iscsi_source s;
	char probe[ISCSI_TEXT + 8];
	int lock, rc;

	/* An initiator is named as a target is. */
	snprintf(probe, sizeof(probe), "host/%.250s", name);
	if (iscsi_source_parse(probe, &s, e) < 0 || s.disk[0])
		return sr_fail(e, ERR_VALUE, "\"%s\" is no name: one is iqn.YYYY-MM.domain:host",
			       name);
	lock = iscsi_lock(e);
	if (lock < 0)
		return -1;
	if (any_session())
		rc = sr_fail(e, ERR_SR_IN_USE, "there are iSCSI sessions with the present name");
	else
		rc = initiator_write(name, e) < 0 ? -1
						  : program_run(stop, PROGRAM_TIMEOUT, NULL, e);
	sr_unlock(lock);
	return rc;
}

int secret_write(const char *path, struct buf *text, struct sr_error *e)
{
	int rc = 0;

	if (text->failed || file_replace(path, text->data, text->len, 0600) < 0)
		rc = sr_fail_errno(e, ERR_BACKEND, "%s", path);
	if (text->data)
		explicit_bzero(text->data, text->len);
	buf_free(text);
	return rc;
}

static void login_path(const char *uuid, char path[STORAGE_PATH])
{
	snprintf(path, STORAGE_PATH, STORAGE_STATE "/%.40s.chap", uuid);
}

int iscsi_login_save(const char *uuid, const struct iscsi_login *l, struct sr_error *e)
{
	char path[STORAGE_PATH];
	struct buf text = { 0 };

	if (!l->user[0])
		return iscsi_login_remove(uuid, e);
	if (registry_folder(e) < 0)
		return -1;
	login_path(uuid, path);
	prop_append(&text, "user", l->user);
	buf_printf(&text, "\n");
	prop_append(&text, "password", l->password);
	buf_printf(&text, "\n");
	return secret_write(path, &text, e);
}

int iscsi_login_load(const char *uuid, struct iscsi_login *l, struct sr_error *e)
{
	char path[STORAGE_PATH];
	struct buf text = { 0 };
	int rc = 0;

	memset(l, 0, sizeof(*l));
	login_path(uuid, path);
	if (buf_read_file(&text, path, TEXT_LIMIT) < 0) {
		if (errno != ENOENT)
			rc = sr_fail_errno(e, ERR_BACKEND, "%s", path);
	} else if (!text.data || !prop_get(text.data, '\n', "user", l->user, sizeof(l->user)) ||
		   !prop_get(text.data, '\n', "password", l->password, sizeof(l->password)) ||
		   iscsi_login_check(l, e) < 0) {
		rc = sr_fail(e, ERR_BACKEND, "%s: expected user= and password=", path);
	}
	if (text.data)
		explicit_bzero(text.data, text.len);
	buf_free(&text);
	return rc;
}

int iscsi_login_remove(const char *uuid, struct sr_error *e)
{
	char path[STORAGE_PATH];

	login_path(uuid, path);
	if (file_unlink(path) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	return 0;
}
