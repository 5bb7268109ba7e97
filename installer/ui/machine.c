// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disks and cards of this machine, as sysfs has them; what is on a disk says `storage`, and all
 * else the program that knows it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/ui/plan.h"
#include "lib/file.h"

#define MIN_MEGABYTES  100
#define SECTORS_PER_MB 2048

/* What is no disk, or not to be installed on. */
static bool is_passed_over(const char *name)
{
	static const char *const kinds[] = { "loop", "ram", "zram", "dm-", "md",
					     "sr",   "nbd", "fd",   "." };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static void look_at(struct plan_disk *disk)
{
	char command[80], line[256];
	FILE *probe;

	snprintf(command, sizeof(command), "storage sr probe /dev/%s 2>/dev/null", disk->name);
	snprintf(disk->found, sizeof(disk->found), "cannot be read");
	probe = popen(command, "r");
	while (probe && fgets(line, sizeof(line), probe))
		sscanf(line, "found: %63[^\n]", disk->found);
	if (probe)
		pclose(probe);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct plan_disk *)a)->name, ((const struct plan_disk *)b)->name);
}

void plan_find_disks(struct plan *p, const char *sys)
{
	char path[512], line[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/block", sys);
	dir = opendir(path);
	while (dir && p->nr_disks < PLAN_DISKS && (entry = readdir(dir))) {
		struct plan_disk *disk = &p->disks[p->nr_disks];

		if (is_passed_over(entry->d_name) || strlen(entry->d_name) >= sizeof(disk->name))
			continue;
		snprintf(disk->name, sizeof(disk->name), "%.31s", entry->d_name);
		snprintf(path, sizeof(path), "%s/block/%s/size", sys, disk->name);
		if (!file_line(path, line, sizeof(line)))
			continue;
		disk->megabytes = strtoull(line, NULL, 10) / SECTORS_PER_MB;
		snprintf(path, sizeof(path), "%s/block/%s/device/model", sys, disk->name);
		disk->model[0] = '\0';
		if (file_line(path, line, sizeof(line)))
			snprintf(disk->model, sizeof(disk->model), "%.39s", line);
		if (disk->megabytes < MIN_MEGABYTES)
			continue;
		look_at(disk);
		p->nr_disks++;
	}
	if (dir)
		closedir(dir);
	qsort(p->disks, p->nr_disks, sizeof(p->disks[0]), by_name);
}

/* The network service has numbered and named them. */
void plan_find_nics(struct plan *p, const char *sys)
{
	char path[512], line[32];

	for (size_t i = 0; i < PLAN_NICS; i++) {
		struct plan_nic *nic = &p->nics[p->nr_nics];

		snprintf(nic->name, sizeof(nic->name), "nic%zu", i);
		snprintf(path, sizeof(path), "%s/class/net/%s/address", sys, nic->name);
		if (!file_line(path, line, sizeof(line)))
			continue;
		snprintf(nic->mac, sizeof(nic->mac), "%.17s", line);
		snprintf(path, sizeof(path), "%s/class/net/%s/carrier", sys, nic->name);
		nic->link = file_line(path, line, sizeof(line)) && line[0] == '1';
		p->nr_nics++;
	}
}

/* Each line that a command prints. */
static void lines_of(const char *command, void (*take)(struct plan *, const char *), struct plan *p)
{
	FILE *output = popen(command, "r");
	char line[256];

	while (output && fgets(line, sizeof(line), output)) {
		line[strcspn(line, "\n")] = '\0';
		take(p, line);
	}
	if (output)
		pclose(output);
}

/* "de<TAB>German" */
static void take_keymap(struct plan *p, const char *line)
{
	if (p->nr_keymaps < PLAN_KEYMAPS &&
	    sscanf(line, "%31[^\t]\t%31[^\n]", p->keymaps[p->nr_keymaps][0],
		   p->keymaps[p->nr_keymaps][1]) == 2)
		p->nr_keymaps++;
}

static void take_zone(struct plan *p, const char *line)
{
	if (p->nr_zones < PLAN_ZONES && strchr(line, '/'))
		snprintf(p->zones[p->nr_zones++], sizeof(p->zones[0]), "%.39s", line);
}

/* The names of its disks. */
static void take_socle(struct plan *p, const char *line)
{
	struct plan_socle *s = &p->socles[p->nr_socles];

	if (p->nr_socles == PLAN_SOCLES || sscanf(line, "%31s", s->disk) != 1)
		return;
	snprintf(s->disks, sizeof(s->disks), "%.63s", line);
	p->nr_socles++;
}

static void take_backup(struct plan *p, const char *line)
{
	p->backup_there = *line != '\0';
}

static void take_info(struct plan *p, const char *line)
{
	sscanf(line, "total_memory : %u", &p->memory_mb);
	sscanf(line, "nr_cpus : %u", &p->cpus);
}

void plan_find_rest(struct plan *p)
{
	lines_of("host-keymap --list 2>/dev/null", take_keymap, p);
	lines_of("host-timezone --list 2>/dev/null", take_zone, p);
	lines_of("xl info 2>/dev/null", take_info, p);
	if (p->first_start)
		return;
	lines_of("install-socle --existing 2>/dev/null", take_socle, p);
	lines_of("install-socle --backup " PLAN_BACKUP " 2>/dev/null", take_backup, p);
}
