// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A folder may lie in a repository whose server is somebody else's: a link in it must not lead to
 * this host's own files and disks.
 */
#include "vmd/target.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "storage/sr.h"
#include "vmd/refused.h"
#include "vmd/verbs.h"

int target_check_path(struct call *c, const char *path, const char *const *folders,
		      char real[TARGET_MAX])
{
	char *found = realpath(path, NULL);
	struct reason why;
	int rc = 0;

	if (!found)
		rc = reason_errno(&why, "%s", path);
	else if (!path_is_below(found, folders) || strlen(found) >= TARGET_MAX)
		rc = reason_set(&why, "%s leads to %.200s, which is not meant for this", path,
				found);
	else
		strcpy(real, found);
	free(found);
	return rc < 0 ? refused_words(c, "INVALID_VALUE", path, &why) : 0;
}

int target_vdi(struct call *c, const json_t *which, struct sr *sr, struct vdi *v)
{
	const char *vdi = arg_text(which, "vdi");
	struct sr_error e = { .code = ERR_BACKEND };

	if (vdi_find(arg_text(which, "sr"), vdi, sr, v, &e) < 0)
		return call_fail_storage(c, vdi, &e);
	return 0;
}

int target_find(struct call *c, const json_t *disk, char path[TARGET_MAX])
{
	const json_t *which = json_object_get(disk, "vdi");
	const char *given = arg_text(disk, "path");
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr sr;
	struct vdi v;

	_Static_assert(STORAGE_PATH <= TARGET_MAX, "room for the library's paths");
	path[0] = '\0';
	if (which && given)
		return call_fail(c, "INVALID_VALUE", "path", "a disk is a VDI or a path, not both");
	if (given)
		return target_check_path(c, given, disk_roots, path);
	if (!which)
		return 0;
	if (target_vdi(c, which, &sr, &v) < 0)
		return -1;
	if (vdi_plug(&sr, &v, path, &e) < 0)
		return call_fail_storage(c, v.uuid, &e);
	return 0;
}
