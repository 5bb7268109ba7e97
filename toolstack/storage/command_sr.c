// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage sr ...: repositories.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/command.h"
#include "storage/device.h"
#include "storage/device_list.h"
#include "storage/mount.h"
#include "storage/private.h"
#include "storage/size.h"

int command_size(const char *text, uint64_t *bytes, struct sr_error *e)
{
	if (text && size_parse(text, bytes))
		return 0;
	return sr_fail(e, ERR_VALUE, "\"%s\" is no size; 10G, for example, is", text ? text : "");
}

static int type_of(const char *name, const struct sr_type **type, struct sr_error *e)
{
	*type = sr_type_find(name);
	if (*type)
		return 0;
	return sr_fail(e, ERR_VALUE, "there is no type \"%s\"; there are %s", name,
		       sr_type_names());
}

int command_text(char *to, size_t room, const char *what, const char *from, struct sr_error *e)
{
	if (!from)
		from = "";
	if (strlen(from) >= room)
		return sr_fail(e, ERR_VALUE, "%s: more than %zu bytes", what, room - 1);
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

static int cmd_create(const struct command_line *c, struct sr_error *e)
{
	struct sr_options how = { .force = c->force };
	struct sr sr = { 0 };

	if (type_of(c->type ? c->type : "lvmthin", &sr.type, e) < 0 ||
	    command_text(sr.source, sizeof(sr.source), "source", c->words[0], e) < 0 ||
	    command_text(sr.name, sizeof(sr.name), "name", c->name, e) < 0 ||
	    command_text(sr.description, sizeof(sr.description), "description", c->description, e) <
		    0 ||
	    command_text(sr.uuid, sizeof(sr.uuid), "uuid", c->uuid, e) < 0 ||
	    (c->pool_size && command_size(c->pool_size, &how.pool, e) < 0) ||
	    command_login(c, &how.login, e) < 0)
		return -1;
	if (c->when_full && strcmp(c->when_full, "error") == 0)
		how.full = WHEN_FULL_ERROR;
	else if (c->when_full && strcmp(c->when_full, "queue") != 0)
		return sr_fail(e, ERR_VALUE, "when-full is queue or error, not \"%s\"",
			       c->when_full);
	if (sr_create(&sr, &how, e) < 0)
		return -1;
	puts(sr.uuid);
	return EXIT_OK;
}

static int cmd_introduce(const struct command_line *c, struct sr_error *e)
{
	const struct sr_type *type = NULL;
	struct sr_options how = { 0 };
	struct sr sr;

	if ((c->type && type_of(c->type, &type, e) < 0) || command_login(c, &how.login, e) < 0 ||
	    sr_introduce(c->words[0], type, &how, &sr, e) < 0)
		return -1;
	puts(sr.uuid);
	return EXIT_OK;
}

static int cmd_list(const struct command_line *c, struct sr_error *e)
{
	struct sr *list;
	size_t nr;

	(void)c;
	if (sr_list(&list, &nr, e) < 0)
		return -1;
	printf("%-36s %-9s %-20s %s\n", "UUID", "TYPE", "NAME", "SOURCE");
	for (size_t i = 0; i < nr; i++)
		printf("%-36s %-9s %-20s %s\n", list[i].uuid, sr_type_name(list[i].type),
		       list[i].name, list[i].source);
	free(list);
	return EXIT_OK;
}

static int cmd_stat(const struct command_line *c, struct sr_error *e)
{
	struct sr_stat s;
	struct sr sr;

	if (sr_find(c->words[0], &sr, e) < 0 || sr_stat(&sr, &s, e) < 0)
		return -1;
	printf("uuid: %s\nname-label: %s\nname-description: %s\ntype: %s\nsource: %s\n", sr.uuid,
	       sr.name, sr.description, sr_type_name(sr.type), sr.source);
	if (sr.group[0])
		printf("volume-group: %s\n", sr.group);
	printf("plugged: %s\nphysical-size: %" PRIu64 "\nphysical-utilisation: %" PRIu64
	       "\nvirtual-allocation: %" PRIu64 "\nvdis: %u\n",
	       s.plugged ? "yes" : "no", s.physical_size, s.physical_utilisation,
	       s.virtual_allocation, s.nr_vdis);
	if (s.thin)
		printf("thin-data-percent: %u.%02u\nthin-metadata-percent: %u.%02u\n"
		       "thin-room: %" PRIu64 "\nwhen-full: %s\n",
		       s.data / 100, s.data % 100, s.metadata / 100, s.metadata % 100, s.room,
		       s.full == WHEN_FULL_QUEUE ? "queue" : "error");
	return EXIT_OK;
}

static int cmd_probe(const struct command_line *c, struct sr_error *e)
{
	struct device_report r;
	struct sr sr = { 0 };
	int found;

	if (c->words[0][0] != '/')
		return command_probe_iscsi(c, e);
	if (device_probe(c->words[0], &r, e) < 0)
		return -1;
	printf("device: %s\nsize: %" PRIu64 "\nread-only: %s\nfound: %s\nused: %s\n", c->words[0],
	       r.size, r.read_only ? "yes" : "no", r.found[0] ? r.found : "nothing",
	       r.used[0] ? r.used : "no");
	found = sr_type_lvm.recognise(c->words[0], NULL, &sr, e);
	if (found < 0)
		printf("repository: %s\n", e->why.text);
	else if (found)
		printf("repository: %s of type %s, \"%s\"\n", sr.uuid, sr_type_name(sr.type),
		       sr.name);
	else if (strstr(r.found, "socle-sr") && ext4_uuid(c->words[0], sr.uuid))
		printf("repository: %s of type dir\n", sr.uuid);
	return EXIT_OK;
}

static int cmd_disks(const struct command_line *c, struct sr_error *e)
{
	struct device_entry *list;
	int nr = device_list(&list, e);

	(void)c;
	if (nr < 0)
		return -1;
	printf("%-16s %-8s %-24s %s\n", "DISK", "SIZE", "MODEL", "USED, OR FOUND ON IT");
	for (int i = 0; i < nr; i++) {
		const struct device_report *r = &list[i].report;
		char size[16];

		size_format(r->size, size);
		printf("%-16s %-8s %-24s %s\n", list[i].path, size,
		       list[i].disk[0] ? "" : list[i].model,
		       r->used[0]    ? r->used
		       : r->found[0] ? r->found
				     : "nothing");
	}
	free(list);
	return EXIT_OK;
}

static int cmd_add_disk(const struct command_line *c, struct sr_error *e)
{
	struct sr sr;

	return sr_find(c->words[0], &sr, e) < 0 ? -1 : sr_add_disk(&sr, c->words[1], c->force, e);
}

static int cmd_scan(const struct command_line *c, struct sr_error *e)
{
	struct sr_leftovers found;
	struct sr sr;

	if (sr_find(c->words[0], &sr, e) < 0 || sr_scan(&sr, &found, e) < 0)
		return -1;
	printf("removed: %u\nfinished: %u\nadopted: %u\n", found.removed, found.finished,
	       found.adopted);
	return EXIT_OK;
}

static int simple(const struct command_line *c,
		  int (*operation)(const struct sr *, struct sr_error *), struct sr_error *e)
{
	struct sr sr;

	return sr_find(c->words[0], &sr, e) < 0 ? -1 : operation(&sr, e);
}

static int cmd_plug(const struct command_line *c, struct sr_error *e)
{
	return simple(c, sr_plug, e);
}

static int cmd_unplug(const struct command_line *c, struct sr_error *e)
{
	return simple(c, sr_unplug, e);
}

static int cmd_forget(const struct command_line *c, struct sr_error *e)
{
	return simple(c, sr_forget, e);
}

static int cmd_destroy(const struct command_line *c, struct sr_error *e)
{
	struct sr sr;

	return sr_find(c->words[0], &sr, e) < 0 ? -1 : sr_destroy(&sr, c->force, e);
}

const struct command sr_commands[] = {
	{ "sr", "create", cmd_create, 1, 1,
	  "DISK|DIRECTORY|SERVER:/EXPORT|PORTAL/TARGET[/LUN] [type=lvmthin] [name=]\n"
	  "           [description=] [uuid=] [pool-size=] [when-full=queue|error]\n"
	  "           [chap-user= chap-password-file=FILE|-] [--force]",
	  "Make a repository, on an empty disk unless forced; prints its uuid" },
	{ "sr", "introduce", cmd_introduce, 1, 1,
	  "DISK|DIRECTORY|SERVER:/EXPORT|PORTAL/TARGET[/LUN]\n"
	  "           [type=] [chap-user= chap-password-file=FILE|-]",
	  "Take over a repository that exists there" },
	{ "sr", "list", cmd_list, 0, 0, "", "The repositories that this host knows" },
	{ "sr", "stat", cmd_stat, 1, 1, "SR", "Sizes and use" },
	{ "sr", "probe", cmd_probe, 1, 1,
	  "DISK|PORTAL[/TARGET] [chap-user= chap-password-file=FILE|-]",
	  "What is on a disk, and who uses it; an iSCSI portal's targets, a target's disks" },
	{ "sr", "disks", cmd_disks, 0, 0, "", "The disks of this host, and what is on them" },
	{ "sr", "add-disk", cmd_add_disk, 2, 2, "SR DISK [--force]",
	  "One more disk for a repository on LVM, an empty one unless forced" },
	{ "sr", "scan", cmd_scan, 1, 1, "SR",
	  "Remove what interrupted operations left, see new files and larger disks" },
	{ "sr", "plug", cmd_plug, 1, 1, "SR", "Make it usable after a start of this host" },
	{ "sr", "unplug", cmd_unplug, 1, 1, "SR", "The opposite: its disk can then be taken out" },
	{ "sr", "forget", cmd_forget, 1, 1, "SR",
	  "Unplug it and know it no longer; its data stays" },
	{ "sr", "destroy", cmd_destroy, 1, 1, "SR [--force]", "Erase it; forced, with its disks" },
	{ 0 },
};
