// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Storage repositories: how full they are, whether the host is attached to them, and a new one on
 * an empty disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostmenu/command.h"
#include "hostmenu/dialog.h"
#include "hostmenu/screens.h"
#include "hostmenu/status.h"
#include "installer/ui/plan.h"

#define TITLE        "storage"
#define SRS_MAX      64
#define LIST_SECONDS 20
#define PLUG_SECONDS 120
#define MAKE_SECONDS 300
#define GIB          (1 << 30)

enum { SR_UUID, SR_NAME, SR_TYPE, SR_SIZE, SR_USED };
enum { PBD_UUID, PBD_SR, PBD_ATTACHED };

static const char *const sr_fields[] = { "uuid",          "name-label",           "type",
					 "physical-size", "physical-utilisation", NULL };
static const char *const pbd_fields[] = { "uuid", "sr-uuid", "currently-attached", NULL };

struct known {
	struct record srs[SRS_MAX], pbds[SRS_MAX];
	size_t nr_srs, nr_pbds;
};

static bool list(const char *const argv[], const char *const names[], struct record *to, size_t *nr)
{
	struct buf out = { 0 };
	bool done = dialog_do(TITLE, "Looking ...", argv, NULL, LIST_SECONDS, &out);

	*nr = done ? records_parse(out.data, names, to, SRS_MAX) : 0;
	buf_free(&out);
	return done;
}

static bool known_read(struct known *k)
{
	const char *const srs[] = {
		"xe", "sr-list", "params=uuid,name-label,type,physical-size,physical-utilisation",
		NULL
	};
	const char *const pbds[] = { "xe", "pbd-list", "params=uuid,sr-uuid,currently-attached",
				     NULL };

	return list(srs, sr_fields, k->srs, &k->nr_srs) &&
	       list(pbds, pbd_fields, k->pbds, &k->nr_pbds);
}

/* How the host is connected to a repository; NULL: not at all. */
static const struct record *pbd_of(const struct known *k, const struct record *sr)
{
	for (size_t i = 0; i < k->nr_pbds; i++)
		if (strcmp(k->pbds[i].value[PBD_SR], sr->value[SR_UUID]) == 0)
			return &k->pbds[i];
	return NULL;
}

static bool is_attached(const struct known *k, const struct record *sr)
{
	const struct record *pbd = pbd_of(k, sr);

	return pbd && strcmp(pbd->value[PBD_ATTACHED], "true") == 0;
}

/* ---- one repository ---------------------------------------------------------------------- */

static void sr_attach(const struct record *pbd, bool attach)
{
	char uuid[FIELD_TEXT + 8];
	const char *const argv[] = { "xe", attach ? "pbd-plug" : "pbd-unplug", uuid, NULL };

	snprintf(uuid, sizeof(uuid), "uuid=%s", pbd->value[PBD_UUID]);
	dialog_do(TITLE, attach ? "Attaching ..." : "Detaching ...", argv, NULL, PLUG_SECONDS,
		  NULL);
}

static void sr_make_default(const struct record *sr)
{
	const char *const find[] = { "xe", "pool-list", "--minimal", NULL };
	char pool[FIELD_TEXT + 8], value[FIELD_TEXT + 16];
	const char *const argv[] = { "xe", "pool-param-set", pool, value, NULL };
	struct buf out = { 0 };

	snprintf(value, sizeof(value), "default-SR=%s", sr->value[SR_UUID]);
	if (dialog_do(TITLE, "Looking ...", find, NULL, LIST_SECONDS, &out)) {
		snprintf(pool, sizeof(pool), "uuid=%.*s", (int)strcspn(out.data, "\n"), out.data);
		if (dialog_do(TITLE, "Changing ...", argv, NULL, LIST_SECONDS, NULL))
			dialog_say(TITLE,
				   "New disks of VMs are made there, unless another is named.");
	}
	buf_free(&out);
}

static void sr_show(const struct known *k, const struct record *sr)
{
	const char *const labels[] = { is_attached(k, sr) ? "Detach: no VM may use it" : "Attach",
				       "New disks of VMs are made here by default" };
	const struct record *pbd = pbd_of(k, sr);
	size_t chosen = 0;
	char text[512];

	snprintf(text, sizeof(text), "%.60s\n%s, %s\n%.1f of %.1f GiB are taken",
		 sr->value[SR_NAME], sr->value[SR_TYPE],
		 is_attached(k, sr) ? "attached" : "not attached",
		 strtod(sr->value[SR_USED], NULL) / GIB, strtod(sr->value[SR_SIZE], NULL) / GIB);
	switch (dialog_choose(TITLE, text, labels, 2, &chosen)) {
	case 0:
		if (pbd)
			sr_attach(pbd, !is_attached(k, sr));
		break;
	case 1: sr_make_default(sr); break;
	default: break;
	}
}

/* ---- a new one --------------------------------------------------------------------------- */

static void sr_make_on(const struct plan_disk *disk)
{
	static const char *const types[] = { "lvmthin", "lvm", "dir" };
	char name[64], name_label[80], type[32], device[64];
	size_t kind = 0;
	struct row rows[] = {
		{ .kind = ROW_INPUT, .label = "Its name", .text = name, .room = sizeof(name) },
		{ .kind = ROW_CYCLE,
		  .label = "How disks are kept",
		  .value = &kind,
		  .options = { "thin (LVM)", "thick (LVM)", "as files (ext4)" },
		  .nr_options = 3 },
	};
	struct screen s = { .title = TITLE,
			    .text = "A new repository for disks of VMs, on all of that disk.",
			    .rows = rows,
			    .nr_rows = 2,
			    .next = "make it" };
	const char *const argv[] = { "xe", "sr-create", name_label, type, device, NULL };
	const char *complaint = "";

	snprintf(name, sizeof(name), "Storage on %s", disk->name);
	do {
		if (dialog_ask(&s, complaint) != UI_NEXT)
			return;
		complaint = "It needs a name.";
	} while (!*name);
	snprintf(name_label, sizeof(name_label), "name-label=%s", name);
	snprintf(type, sizeof(type), "type=%s", types[kind]);
	snprintf(device, sizeof(device), "device-config:device=/dev/%s", disk->name);
	dialog_do(TITLE, "Making it ...", argv, NULL, MAKE_SECONDS, NULL);
}

/* Only disks with nothing on them; others go through `xe sr-create` and its refusals. */
static void sr_make(void)
{
	static struct plan found;
	static char lines[PLAN_DISKS][128];
	const struct plan_disk *empty[PLAN_DISKS];
	const char *labels[PLAN_DISKS] = { NULL };
	size_t nr = 0, chosen = 0;
	char sys[256];
	int answer;

	memset(&found, 0, sizeof(found));
	ui_say(TITLE, "Looking at the disks ...");
	status_path(sys, sizeof(sys), "/sys");
	plan_find_disks(&found, sys);
	for (size_t i = 0; i < found.nr_disks; i++) {
		if (strcmp(found.disks[i].found, "nothing") != 0)
			continue;
		snprintf(lines[nr], sizeof(lines[nr]), "%-10.31s %8.1f GB  %.39s",
			 found.disks[i].name, (double)found.disks[i].megabytes / 1000 * 1.048576,
			 found.disks[i].model);
		labels[nr] = lines[nr];
		empty[nr++] = &found.disks[i];
	}
	answer = dialog_choose(TITLE, nr ? "On which disk? These are empty." : "No disk is empty.",
			       labels, nr, &chosen);
	if (answer >= 0)
		sr_make_on(empty[answer]);
}

void screen_storage(void)
{
	static struct known known;
	static char lines[SRS_MAX + 1][80];
	static const char *labels[SRS_MAX + 1];
	size_t chosen = 0;
	int answer;

	do {
		if (!known_read(&known))
			return;
		for (size_t i = 0; i < known.nr_srs; i++) {
			const struct record *sr = &known.srs[i];

			snprintf(lines[i], sizeof(lines[i]), "%-36.36s %-10.10s %7.1f GiB%s",
				 sr->value[SR_NAME], sr->value[SR_TYPE],
				 strtod(sr->value[SR_SIZE], NULL) / GIB,
				 is_attached(&known, sr) ? "" : "  detached");
			labels[i] = lines[i];
		}
		labels[known.nr_srs] = "A new one, on an empty disk";
		answer = dialog_choose(TITLE, "Repositories:", labels, known.nr_srs + 1, &chosen);
		if (answer >= 0 && (size_t)answer == known.nr_srs)
			sr_make();
		else if (answer >= 0)
			sr_show(&known, &known.srs[answer]);
	} while (answer >= 0);
}
