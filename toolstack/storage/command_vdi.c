// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage vdi ...: disks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/command.h"

static int find(const struct command_line *c, struct sr *sr, struct vdi *v, struct sr_error *e)
{
	return vdi_find(c->sr, c->words[0], sr, v, e);
}

static int texts(const struct command_line *c, struct vdi *v, struct sr_error *e)
{
	if (command_text(v->name, sizeof(v->name), "name", c->name, e) < 0)
		return -1;
	return command_text(v->description, sizeof(v->description), "description", c->description,
			    e);
}

static int cmd_create(const struct command_line *c, struct sr_error *e)
{
	struct vdi v = { 0 };
	struct sr sr;

	if (texts(c, &v, e) < 0 || command_size(c->words[1], &v.virtual_size, e) < 0 ||
	    sr_find(c->words[0], &sr, e) < 0 || vdi_create(&sr, &v, e) < 0)
		return -1;
	puts(v.uuid);
	return EXIT_OK;
}

static int cmd_destroy(const struct command_line *c, struct sr_error *e)
{
	struct vdi v;
	struct sr sr;

	return find(c, &sr, &v, e) < 0 ? -1 : vdi_destroy(&sr, &v, e);
}

static int cmd_resize(const struct command_line *c, struct sr_error *e)
{
	struct vdi v;
	struct sr sr;
	uint64_t size;

	if (command_size(c->words[1], &size, e) < 0 || find(c, &sr, &v, e) < 0)
		return -1;
	return vdi_resize(&sr, &v, size, e);
}

/* A snapshot or clone, whose name is the original's unless another is said. */
static int share(const struct command_line *c,
		 int (*operation)(const struct sr *, const struct vdi *, struct vdi *,
				  struct sr_error *),
		 struct sr_error *e)
{
	struct vdi v, to = { 0 };
	struct sr sr;

	if (texts(c, &to, e) < 0 || find(c, &sr, &v, e) < 0)
		return -1;
	if (!c->name)
		memcpy(to.name, v.name, sizeof(to.name));
	if (operation(&sr, &v, &to, e) < 0)
		return -1;
	puts(to.uuid);
	return EXIT_OK;
}

static int cmd_snapshot(const struct command_line *c, struct sr_error *e)
{
	return share(c, vdi_snapshot, e);
}

static int cmd_clone(const struct command_line *c, struct sr_error *e)
{
	return share(c, vdi_clone, e);
}

static int cmd_revert(const struct command_line *c, struct sr_error *e)
{
	struct vdi v, from;
	struct sr sr, same;

	if (find(c, &sr, &v, e) < 0 || vdi_find(sr.uuid, c->words[1], &same, &from, e) < 0)
		return -1;
	return vdi_revert(&sr, &v, &from, e);
}

static int cmd_copy(const struct command_line *c, struct sr_error *e)
{
	struct vdi v, to = { 0 };
	struct sr sr, to_sr;

	if (texts(c, &to, e) < 0 || find(c, &sr, &v, e) < 0)
		return -1;
	if (!c->name)
		memcpy(to.name, v.name, sizeof(to.name));
	to_sr = sr;
	if ((c->words[1] && sr_find(c->words[1], &to_sr, e) < 0) ||
	    vdi_copy(&sr, &v, &to_sr, &to, e) < 0)
		return -1;
	puts(to.uuid);
	return EXIT_OK;
}

static int cmd_import(const struct command_line *c, struct sr_error *e)
{
	struct vdi v = { 0 };
	struct stat st;
	struct sr sr;

	if (texts(c, &v, e) < 0 || sr_find(c->words[0], &sr, e) < 0)
		return -1;
	if (c->size) {
		if (command_size(c->size, &v.virtual_size, e) < 0)
			return -1;
	} else if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)) {
		v.virtual_size = (uint64_t)st.st_size;
	} else {
		return sr_fail(e, ERR_VALUE, "import from a pipe needs size=");
	}
	if (vdi_import(&sr, &v, STDIN_FILENO, e) < 0)
		return -1;
	puts(v.uuid);
	return EXIT_OK;
}

static int cmd_export(const struct command_line *c, struct sr_error *e)
{
	struct vdi v;
	struct sr sr;

	if (isatty(STDOUT_FILENO))
		return sr_fail(e, ERR_VALUE,
			       "export writes the disk to standard output: "
			       "that should be a file or a pipe");
	return find(c, &sr, &v, e) < 0 ? -1 : vdi_export(&sr, &v, STDOUT_FILENO, e);
}

static const char *kind(const struct vdi *v)
{
	if (v->unfinished)
		return "unfinished";
	if (v->snapshot)
		return "snapshot";
	return v->read_only ? "read-only" : "disk";
}

static int cmd_list(const struct command_line *c, struct sr_error *e)
{
	struct vdi_list list;
	struct sr sr;

	if (sr_find(c->words[0], &sr, e) < 0 || vdi_list(&sr, &list, e) < 0)
		return -1;
	printf("%-36s %-10s %14s %14s %s\n", "UUID", "KIND", "SIZE", "USED", "NAME");
	for (size_t i = 0; i < list.nr; i++)
		printf("%-36s %-10s %14" PRIu64 " %14" PRIu64 " %s\n", list.vdis[i].uuid,
		       kind(&list.vdis[i]), list.vdis[i].virtual_size,
		       list.vdis[i].physical_utilisation, list.vdis[i].name);
	vdi_list_free(&list);
	return EXIT_OK;
}

static int cmd_stat(const struct command_line *c, struct sr_error *e)
{
	struct vdi v;
	struct sr sr;

	if (find(c, &sr, &v, e) < 0)
		return -1;
	printf("uuid: %s\nname-label: %s\nname-description: %s\nsr-uuid: %s\nlocation: %s\n"
	       "kind: %s\nvirtual-size: %" PRIu64 "\nphysical-utilisation: %" PRIu64
	       "\ntime: %" PRId64 "\nplugged: %s\n",
	       v.uuid, v.name, v.description, sr.uuid, v.location, kind(&v), v.virtual_size,
	       v.physical_utilisation, v.time, v.plugged ? "yes" : "no");
	if (v.snapshot_of[0])
		printf("snapshot-of: %s\n", v.snapshot_of);
	if (v.parent[0])
		printf("parent: %s\n", v.parent);
	return EXIT_OK;
}

static int cmd_plug(const struct command_line *c, struct sr_error *e)
{
	char path[STORAGE_PATH];
	struct vdi v;
	struct sr sr;

	if (find(c, &sr, &v, e) < 0 || vdi_plug(&sr, &v, path, e) < 0)
		return -1;
	puts(path);
	return EXIT_OK;
}

static int cmd_unplug(const struct command_line *c, struct sr_error *e)
{
	struct vdi v;
	struct sr sr;

	return find(c, &sr, &v, e) < 0 ? -1 : vdi_unplug(&sr, &v, e);
}

static int cmd_rename(const struct command_line *c, struct sr_error *e)
{
	struct vdi v, new = { 0 };
	struct sr sr;

	if (texts(c, &new, e) < 0 || find(c, &sr, &v, e) < 0)
		return -1;
	if (c->name)
		memcpy(v.name, new.name, sizeof(v.name));
	if (c->description)
		memcpy(v.description, new.description, sizeof(v.description));
	return vdi_rename(&sr, &v, e);
}

const struct command vdi_commands[] = {
	{ "vdi", "create", cmd_create, 2, 2, "SR SIZE [name=] [description=]",
	  "A new disk that reads as zeroes; prints its uuid" },
	{ "vdi", "destroy", cmd_destroy, 1, 1, "VDI [sr=]", "Remove a disk and what is on it" },
	{ "vdi", "resize", cmd_resize, 2, 2, "VDI SIZE [sr=]",
	  "Grow it; a guest that has it sees the new size" },
	{ "vdi", "snapshot", cmd_snapshot, 1, 1, "VDI [name=] [description=] [sr=]",
	  "What it is now, read-only, at once (lvmthin)" },
	{ "vdi", "clone", cmd_clone, 1, 1, "VDI [name=] [description=] [sr=]",
	  "The same, writable; also of a snapshot" },
	{ "vdi", "revert", cmd_revert, 2, 2, "VDI SNAPSHOT [sr=]",
	  "It has what the snapshot has, at once; what it had is gone (lvmthin)" },
	{ "vdi", "copy", cmd_copy, 1, 2, "VDI [TO-SR] [name=] [description=] [sr=]",
	  "A full copy, in any repository" },
	{ "vdi", "import", cmd_import, 1, 1, "SR [size=] [name=] [description=] <RAW",
	  "A new disk out of standard input" },
	{ "vdi", "export", cmd_export, 1, 1, "VDI [sr=] >RAW", "A disk to standard output" },
	{ "vdi", "list", cmd_list, 1, 1, "SR", "The disks in a repository" },
	{ "vdi", "stat", cmd_stat, 1, 1, "VDI [sr=]", "All that is known of a disk" },
	{ "vdi", "path", cmd_plug, 1, 1, "VDI [sr=]",
	  "Activate it and print what disk= of a guest takes" },
	{ "vdi", "plug", cmd_plug, 1, 1, "VDI [sr=]", "The same" },
	{ "vdi", "unplug", cmd_unplug, 1, 1, "VDI [sr=]", "Deactivate it" },
	{ "vdi", "rename", cmd_rename, 1, 1, "VDI [name=] [description=] [sr=]",
	  "Change name or description" },
	{ 0 },
};
