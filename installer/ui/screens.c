// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The questions. See screens.h.
 */
#include "installer/ui/screens.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ROWS           (PLAN_DISKS + 4)
#define LABEL          120
#define MIN_MB         3900
#define DISKS_MAX_TEXT 1600

#define INPUT(words, field)                                                               \
	{                                                                                 \
		.kind = ROW_INPUT, .label = words, .text = (field), .room = sizeof(field) \
	}
#define SECRET(words, field)                                                               \
	{                                                                                  \
		.kind = ROW_SECRET, .label = words, .text = (field), .room = sizeof(field) \
	}
#define CHOICE(words, field, number)                                                   \
	{                                                                              \
		.kind = ROW_CHOICE, .label = words, .value = &(field), .index = number \
	}

static enum asked answered(enum ui_answer answer)
{
	return answer == UI_NEXT ? ASKED_NEXT : ASKED_BACK;
}

static enum asked ask_welcome(struct plan *p)
{
	const struct screen s = {
		.title = "installation",
		.text = "This puts Socle onto a disk of this machine, which then starts from it.\n"
			"A few questions come first; nothing is written to a disk before the last\n"
			"of them, which names the disks that will be erased.\n"
			"\n"
			"Esc goes back to the question before, from any screen.\n"
			"\n"
			"Socle is free software (GPL, version 2 or later) and comes without any\n"
			"warranty. What is in it, and under which licence, is on the medium.",
	};

	(void)p;
	return answered(ui_ask(&s, ""));
}

static void disk_label(const struct plan_disk *d, char label[LABEL])
{
	snprintf(label, LABEL, "%-9.31s %7.1f GB  %-14.14s %.26s", d->name,
		 (double)d->megabytes / 1000 * 1.048576, d->model,
		 strcmp(d->found, "nothing") == 0 ? "empty" : d->found);
}

static enum asked ask_disk(struct plan *p)
{
	static char labels[ROWS][LABEL];
	struct row rows[ROWS] = { 0 };
	struct screen s = {
		.title = "the system's disk",
		.rows = rows,
		.text = "Which disk should Socle start from? What is on it will be lost."
	};
	const char *complaint = "";
	size_t chosen = 0;

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
		if (!p->nr_disks || p->disks[chosen].megabytes < MIN_MB)
			continue;
		for (size_t i = 0; i < p->nr_disks; i++)
			if (p->disks[i].use == DISK_SYSTEM || i == chosen)
				p->disks[i].use = i == chosen ? DISK_SYSTEM : DISK_UNUSED;
		return ASKED_NEXT;
	}
}

/* Where each stands in the options of its row. */
static const enum disk_use other_uses[] = { DISK_UNUSED, DISK_MIRROR, DISK_STORAGE };

static enum asked ask_other_disks(struct plan *p)
{
	static char labels[ROWS][LABEL];
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
	if (!nr)
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

static enum asked ask_storage(struct plan *p)
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

	return answered(ui_ask(&s, ""));
}

static bool is_host_name(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '.')
			return false;
	return isalnum((unsigned char)*text) && strlen(text) < 64;
}

static enum asked ask_host(struct plan *p)
{
	struct row rows[] = {
		INPUT("Host name", p->hostname),
		SECRET("Password of root", p->password),
		SECRET("The same again", p->again),
	};
	const struct screen s = {
		.title = "name and password",
		.rows = rows,
		.nr_rows = 3,
		.text = "The password is root's: on this console, and for xe and other clients.\n"
			"Down goes to the next line.",
	};
	const char *complaint = "";

	for (;;) {
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		if (!is_host_name(p->hostname))
			complaint = "A host name has letters, digits, - and .";
		else if (!*p->password)
			complaint = "A password is needed.";
		else if (strcmp(p->password, p->again) != 0)
			complaint = "The two passwords differ.";
		else
			return ASKED_NEXT;
	}
}

static enum asked ask_network(struct plan *p)
{
	static char labels[PLAN_NICS][LABEL];
	struct row rows[] = {
		{ .kind = ROW_CYCLE, .label = "Card", .value = &p->nic, .nr_options = p->nr_nics },
		{ .kind = ROW_CYCLE,
		  .label = "Address",
		  .value = &p->fixed,
		  .options = { "by DHCP", "fixed, as below" },
		  .nr_options = 2 },
		INPUT("Address/length", p->address),
		INPUT("Gateway", p->gateway),
		INPUT("Name servers", p->dns),
		INPUT("VLAN (empty: none)", p->vlan),
		INPUT("Time servers (NTP)", p->ntp),
	};
	const struct screen s = {
		.title = "network",
		.rows = rows,
		.nr_rows = 7,
		.text = "How is this host reached? Every card gets a bridge for VMs anyway.\n"
			"An address is, for example, 192.0.2.10/24.",
	};
	const char *complaint = "";

	if (!p->nr_nics)
		return ASKED_NOTHING;
	for (size_t i = 0; i < p->nr_nics; i++) {
		snprintf(labels[i], LABEL, "%s %s%s", p->nics[i].name, p->nics[i].mac,
			 p->nics[i].link ? "" : " no link");
		rows[0].options[i] = labels[i];
	}
	for (;;) {
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		complaint = "A fixed address is written with its length: 192.0.2.10/24.";
		if (!p->fixed || strchr(p->address, '/'))
			return ASKED_NEXT;
	}
}

static enum asked ask_confirmation(struct plan *p)
{
	static char text[DISKS_MAX_TEXT];
	const struct screen s = { .title = "last question",
				  .text = text,
				  .warning = true,
				  .next = "erase these disks and install" };
	size_t len;

	len = (size_t)snprintf(text, sizeof(text),
			       "Everything on these disks will be erased now:\n\n");
	for (size_t i = 0; i < p->nr_disks; i++) {
		const struct plan_disk *d = &p->disks[i];
		char label[LABEL];

		if (d->use == DISK_UNUSED)
			continue;
		disk_label(d, label);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "  %s\n", label);
	}
	snprintf(text + len, sizeof(text) - len, "\nThere is no way back from here.");
	return answered(ui_ask(&s, ""));
}

const struct question questions[] = {
	{ ask_welcome }, { ask_disk },    { ask_other_disks },  { ask_storage },
	{ ask_host },    { ask_network }, { ask_confirmation },
};
const size_t nr_questions = sizeof(questions) / sizeof(questions[0]);
