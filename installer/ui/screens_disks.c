// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about disks: what is to become of what is there, and which ones are for what.
 */
#include <stdio.h>
#include <string.h>

#include "installer/ui/screens.h"

#define ROWS (PLAN_DISKS + 4)

void disk_label(const struct plan_disk *d, char label[SCREEN_LABEL])
{
	snprintf(label, SCREEN_LABEL, "%-9.31s %7.1f GB  %-14.14s %.26s", d->name,
		 (double)d->megabytes / 1000 * 1.048576, d->model,
		 strcmp(d->found, "nothing") == 0 ? "empty" : d->found);
}

enum asked ask_kind(struct plan *p)
{
	static char labels[2 * PLAN_SOCLES][SCREEN_LABEL];
	struct row rows[2 * PLAN_SOCLES + 2] = {
		CHOICE("Install anew, on disks that are erased", p->what, 0),
	};
	struct screen s = { .title = "what to do", .rows = rows, .nr_rows = 1 };

	if (!p->nr_socles && !p->backup_there)
		return ASKED_NOTHING;
	for (size_t i = 0; i < p->nr_socles; i++) {
		char *upgrade = labels[2 * i], *again = labels[2 * i + 1];

		snprintf(upgrade, SCREEN_LABEL, "Upgrade Socle on %s: tried once, all is kept",
			 p->socles[i].disks);
		snprintf(again, SCREEN_LABEL, "New settings on %s: VMs' disks and CDs are kept",
			 p->socles[i].disks);
		rows[s.nr_rows++] = (struct row)CHOICE(upgrade, p->what, 2 * i + 1);
		rows[s.nr_rows++] = (struct row)CHOICE(again, p->what, 2 * i + 2);
	}
	s.text = p->nr_socles ? "There is Socle on this machine already." : "";
	if (p->backup_there) {
		rows[s.nr_rows++] = (struct row){ .kind = ROW_CYCLE,
						  .label = "Backup of a host, on the stick",
						  .value = &p->restore,
						  .options = { "not used", "put back" },
						  .nr_options = 2 };
		s.text = "There is a backup of a host: its name, networks, VMs and users come\n"
			 "back with it; VMs' disks are where they are.";
	}
	return screen_ask(&s);
}

enum asked ask_disk(struct plan *p)
{
	static char labels[ROWS][SCREEN_LABEL];
	struct row rows[ROWS] = { 0 };
	struct screen s = {
		.title = "the system's disk",
		.rows = rows,
		.text = "Which disk should Socle start from? What is on it will be lost."
	};
	const char *complaint = "";
	size_t chosen = 0;

	if (plan_kind(p) != PLAN_FRESH)
		return ASKED_NOTHING;
	for (size_t i = 0; i < p->nr_disks; i++) {
		disk_label(&p->disks[i], labels[i]);
		rows[i] = (struct row)CHOICE(labels[i], chosen, i);
		if (p->disks[i].use == DISK_SYSTEM)
			chosen = i;
	}
	s.nr_rows = p->nr_disks;
	if (!p->nr_disks)
		s.text = "This machine has no disk, or none whose driver is there.\n"
			 "Messages are on the shell: Esc, several times, leads to it.";
	for (;;) {
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		complaint = "It has to be 4 GB or larger.";
		if (!p->nr_disks || p->disks[chosen].megabytes < SCREEN_MIN_MB)
			continue;
		for (size_t i = 0; i < p->nr_disks; i++)
			if (p->disks[i].use == DISK_SYSTEM || i == chosen)
				p->disks[i].use = i == chosen ? DISK_SYSTEM : DISK_UNUSED;
		return ASKED_NEXT;
	}
}

/* Where each stands in the options of its row. */
static const enum disk_use other_uses[] = { DISK_UNUSED, DISK_MIRROR, DISK_STORAGE };

enum asked ask_other_disks(struct plan *p)
{
	static char labels[ROWS][SCREEN_LABEL];
	size_t uses[PLAN_DISKS] = { 0 }, nr = 0, mirrors;
	struct plan_disk *others[PLAN_DISKS];
	struct row rows[ROWS] = { 0 };
	struct screen s = {
		.title = "other disks",
		.rows = rows,
		.text = "What are the other disks for? A mirror holds the same as the system's\n"
			"disk (RAID 1): if one fails, the other goes on.",
	};
	const char *complaint = "";

	for (size_t i = 0; i < p->nr_disks; i++) {
		if (p->disks[i].use == DISK_SYSTEM)
			continue;
		disk_label(&p->disks[i], labels[nr]);
		rows[nr] = (struct row){ .kind = ROW_CYCLE,
					 .label = labels[nr],
					 .value = &uses[nr],
					 .options = { "not used", "mirror", "VMs" },
					 .nr_options = 3 };
		for (size_t u = 0; u < 3; u++)
			if (other_uses[u] == p->disks[i].use)
				uses[nr] = u;
		others[nr++] = &p->disks[i];
	}
	s.nr_rows = nr;
	if (!nr || plan_kind(p) != PLAN_FRESH)
		return ASKED_NOTHING;
	do {
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		complaint = "Only one of them can be the mirror.";
		mirrors = 0;
		for (size_t i = 0; i < nr; i++) {
			others[i]->use = other_uses[uses[i]];
			mirrors += others[i]->use == DISK_MIRROR;
		}
	} while (mirrors > 1);
	return ASKED_NEXT;
}

enum asked ask_storage(struct plan *p)
{
	struct row rows[] = {
		CHOICE("thin: takes space when it is written; snapshots at once", p->storage,
		       PLAN_THIN),
		CHOICE("thick: takes all its space when it is made", p->storage, PLAN_THICK),
		CHOICE("none: VMs' disks will be elsewhere (NFS, iSCSI)", p->storage, PLAN_NONE),
	};
	const struct screen s = { .title = "VMs' disks",
				  .rows = rows,
				  .nr_rows = 3,
				  .text = "How are disks of VMs kept on this host?" };

	return plan_kind(p) == PLAN_FRESH ? screen_ask(&s) : ASKED_NOTHING;
}

enum asked ask_source(struct plan *p)
{
	struct row rows[] = {
		CHOICE("this medium", p->remote, 0),
		CHOICE("the network, from the URL below", p->remote, 1),
		INPUT("URL", p->source),
	};
	const struct screen s = {
		.title = "source",
		.rows = rows,
		.nr_rows = 3,
		.text = "Where does what is installed come from? A URL (http, https, ftp, nfs) is\n"
			"that of a copy of the medium. That files are whole is checked; whose they\n"
			"are is only as sure as the way that they come by.",
	};
	const char *complaint = "";

	if (plan_kind(p) == PLAN_UPGRADE)
		return ASKED_NOTHING;
	for (;;) {
		/* Going on from the URL means the URL. */
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		if (!p->remote || strstr(p->source, "://"))
			return ASKED_NEXT;
		complaint = "A URL is, for example, http://192.0.2.1/socle";
	}
}
