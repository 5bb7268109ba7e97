// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on whole repositories: what all types have in common.
 */
#include "storage/device.h"
#include "storage/sr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage/iscsi.h"
#include "storage/lock.h"
#include "storage/plug_state.h"
#include "storage/private.h"
#include "storage/registry.h"

static const struct sr_type *const types[] = { &sr_type_lvmthin, &sr_type_lvm, &sr_type_dir,
					       &sr_type_iso,     &sr_type_nfs, &sr_type_lvmoiscsi };
#define NR_TYPES (sizeof(types) / sizeof(types[0]))

const struct sr_type *sr_type_find(const char *name)
{
	for (size_t i = 0; i < NR_TYPES; i++)
		if (strcmp(types[i]->name, name) == 0)
			return types[i];
	return NULL;
}

const char *sr_type_name(const struct sr_type *type)
{
	return type->name;
}

const char *sr_type_names(void)
{
	return "lvmthin, lvm, dir, iso, nfs, lvmoiscsi";
}

int sr_list(struct sr **list, size_t *nr, struct sr_error *e)
{
	return registry_list(list, nr, e);
}

int sr_find(const char *which, struct sr *sr, struct sr_error *e)
{
	unsigned int matches = 0;
	struct sr *list;
	size_t nr;

	if (registry_list(&list, &nr, e) < 0)
		return -1;
	for (size_t i = 0; i < nr; i++) {
		if (strcasecmp(list[i].uuid, which) == 0) {
			*sr = list[i];
			matches = 1;
			break;
		}
		if (*which && strcmp(list[i].name, which) == 0) {
			*sr = list[i];
			matches++;
		}
	}
	free(list);
	if (matches == 0)
		return sr_fail(e, ERR_UUID_INVALID, "this host knows no repository \"%s\"", which);
	if (matches > 1)
		return sr_fail(e, ERR_UUID_INVALID, "%u repositories are called \"%s\": say a uuid",
			       matches, which);
	return 0;
}

/* The uuid is valid and new here; a missing one is made. */
static int choose_uuid(char text[UUID_TEXT], struct sr_error *e)
{
	struct sr_error unknown;
	struct sr other;
	uint8_t uuid[16];

	if (text[0] ? !uuid_parse(text, uuid) : uuid_generate(uuid) < 0)
		return sr_fail(e, ERR_VALUE, "\"%s\" is no uuid", text);
	uuid_format(uuid, text);
	if (sr_find(text, &other, &unknown) == 0)
		return sr_fail(e, ERR_VALUE, "there already is a repository %s", text);
	return 0;
}

int sr_ready(const struct sr *sr, struct sr_error *e)
{
	return sr->type->ready ? sr->type->ready(sr, e) : 0;
}

int check_texts(const char *name, const char *description, struct sr_error *e)
{
	if (prop_text_valid(name) && prop_text_valid(description))
		return 0;
	return sr_fail(e, ERR_VALUE,
		       "name and description: at most %d bytes, no control characters",
		       PROP_TEXT_MAX);
}

/* Of a repository whose lock is held: usable, and known from now on. */
static int adopt(const struct sr *sr, struct sr_error *e)
{
	if (sr->type->plug(sr, e) < 0 || registry_save(sr, e) < 0)
		return -1;
	plug_state_set(sr->uuid, PLUG_STATE_PLUGGED);
	return 0;
}

int sr_create(struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	int lock, rc;

	if (sr->type->available(e) < 0 || choose_uuid(sr->uuid, e) < 0)
		return -1;
	if (!sr->source[0])
		return sr_fail(e, ERR_VALUE, "a repository needs a disk, a directory or a server");
	if (check_texts(sr->name, sr->description, e) < 0 || (lock = sr_lock(sr->uuid, e)) < 0)
		return -1;
	rc = sr->type->format(sr, how, e);
	if (rc == 0)
		rc = adopt(sr, e);
	sr_unlock(lock);
	return rc;
}

int sr_introduce(const char *source, const struct sr_type *type, const struct sr_options *how,
		 struct sr *sr, struct sr_error *e)
{
	static const struct sr_type *const self_evident[] = { &sr_type_lvm, &sr_type_dir,
							      &sr_type_nfs, &sr_type_lvmoiscsi };
	int lock, rc = 0;

	memset(sr, 0, sizeof(*sr));
	if (type && type->available(e) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < sizeof(self_evident) / sizeof(self_evident[0]); i++) {
		memset(sr, 0, sizeof(*sr));
		rc = self_evident[i]->recognise(source, how, sr, e);
	}
	if (rc < 0)
		return -1;
	if (rc == 0)
		return sr_fail(e, ERR_UUID_INVALID, "%s: there is no repository on it", source);
	if (type && type != sr->type)
		return sr_fail(e, ERR_VALUE, "%s holds a repository of type %s, not %s", source,
			       sr->type->name, type->name);
	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	rc = adopt(sr, e);
	sr_unlock(lock);
	return rc;
}

/* Under the repository's lock. */
static int locked(const struct sr *sr, int (*operation)(const struct sr *, struct sr_error *),
		  struct sr_error *e)
{
	int lock = sr_lock(sr->uuid, e);
	int rc;

	if (lock < 0)
		return -1;
	rc = operation(sr, e);
	sr_unlock(lock);
	return rc;
}

/* Refused if a guest has one of its disks. */
static int check_unused(const struct sr *sr, const struct vdi_list *list, struct sr_error *e)
{
	char who[128];

	for (size_t i = 0; i < list->nr; i++)
		if (sr->type->vdi_user(sr, &list->vdis[i], who, sizeof(who)))
			return sr_fail(e, ERR_SR_IN_USE, "repository %s: its disk %s is %s",
				       sr->uuid, list->vdis[i].uuid, who);
	return 0;
}

static int unplug_locked(const struct sr *sr, struct sr_error *e)
{
	struct vdi_list list = { 0 };
	struct sr_error unreadable;
	int rc = 0;

	/* One whose disk was pulled out cannot be listed, and can be unplugged all the same. */
	if (vdi_list(sr, &list, &unreadable) == 0)
		rc = check_unused(sr, &list, e);
	vdi_list_free(&list);
	if (rc < 0 || sr->type->unplug(sr, e) < 0)
		return -1;
	plug_state_set(sr->uuid, PLUG_STATE_UNPLUGGED);
	return 0;
}

/* Nothing of it stays in this host. */
static int remove_known(const struct sr *sr, struct sr_error *e)
{
	if (registry_remove(sr, e) < 0 || iscsi_login_remove(sr->uuid, e) < 0)
		return -1;
	plug_state_set(sr->uuid, PLUG_STATE_NEW);
	return 0;
}

static int forget_locked(const struct sr *sr, struct sr_error *e)
{
	return unplug_locked(sr, e) < 0 ? -1 : remove_known(sr, e);
}

static int plug_locked(const struct sr *sr, struct sr_error *e)
{
	if (sr->type->plug(sr, e) < 0)
		return -1;
	plug_state_set(sr->uuid, PLUG_STATE_PLUGGED);
	return 0;
}

int sr_plug(const struct sr *sr, struct sr_error *e)
{
	return sr->type->available(e) < 0 ? -1 : locked(sr, plug_locked, e);
}

bool sr_plugged(const struct sr *sr)
{
	return plug_state(sr->uuid) == PLUG_STATE_PLUGGED;
}

int sr_unplug(const struct sr *sr, struct sr_error *e)
{
	return locked(sr, unplug_locked, e);
}

int sr_forget(const struct sr *sr, struct sr_error *e)
{
	return locked(sr, forget_locked, e);
}

int sr_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e)
{
	int lock = sr_lock(sr->uuid, e);
	int rc;

	memset(found, 0, sizeof(*found));
	if (lock < 0)
		return -1;
	rc = plug_locked(sr, e);
	if (rc == 0)
		rc = sr->type->scan(sr, found, e);
	sr_unlock(lock);
	return rc;
}

int sr_add_disk(const struct sr *sr, const char *disk, bool force, struct sr_error *e)
{
	int lock, rc;

	if (!sr->type->add_disk)
		return sr_fail(e, ERR_UNSUPPORTED, "a repository of type %s is on one disk",
			       sr->type->name);
	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	rc = sr->type->plug(sr, e);
	if (rc == 0)
		rc = device_claim(disk, force, e);
	if (rc == 0)
		rc = device_erase(disk, e);
	if (rc == 0)
		rc = sr->type->add_disk(sr, disk, e);
	sr_unlock(lock);
	return rc;
}

int sr_stat(const struct sr *sr, struct sr_stat *stat, struct sr_error *e)
{
	memset(stat, 0, sizeof(*stat));
	return sr_ready(sr, e) < 0 ? -1 : sr->type->stat(sr, stat, e);
}

static int destroy_locked(const struct sr *sr, bool force, struct sr_error *e)
{
	struct vdi_list list = { 0 };
	int rc;

	if (sr->type->plug(sr, e) < 0 || vdi_list(sr, &list, e) < 0)
		return -1;
	rc = check_unused(sr, &list, e);
	if (rc == 0 && list.nr && !sr->type->library && !force)
		rc = sr_fail(e, ERR_SR_NOT_EMPTY,
			     "repository %s: %zu disk(s) are in it; with --force they are erased",
			     sr->uuid, list.nr);
	for (size_t i = 0; rc == 0 && !sr->type->library && i < list.nr; i++)
		rc = sr->type->vdi_destroy(sr, &list.vdis[i], e);
	vdi_list_free(&list);
	return rc < 0 ? -1 : sr->type->erase(sr, e);
}

int sr_destroy(const struct sr *sr, bool force, struct sr_error *e)
{
	int lock = sr_lock(sr->uuid, e);
	int rc;

	if (lock < 0)
		return -1;
	rc = destroy_locked(sr, force, e);
	if (rc == 0)
		rc = remove_known(sr, e);
	sr_unlock(lock);
	return rc;
}
