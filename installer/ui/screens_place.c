// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about where the machine stands: its keyboard, time zone and clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "installer/ui/screens.h"

#define REGIONS 20

/* It counts at once: the password is typed with it. */
static void keymap_load(const struct plan *p)
{
	char command[80];

	snprintf(command, sizeof(command), "host-keymap --load %s >/dev/null 2>&1",
		 p->keymaps[p->keymap][0]);
	if (system(command) != 0)
		return; /* on a serial line there is none to load */
}

enum asked ask_keymap(struct plan *p)
{
	static char labels[PLAN_KEYMAPS][SCREEN_LABEL];
	static struct row rows[PLAN_KEYMAPS];
	const struct screen s = {
		.title = "keyboard",
		.rows = rows,
		.nr_rows = p->nr_keymaps,
		.text = "Whose keyboard is at this machine? (Over a serial line none counts.)",
		.back = "shell",
	};

	if (!p->nr_keymaps)
		return ASKED_NOTHING;
	for (size_t i = 0; i < p->nr_keymaps; i++) {
		snprintf(labels[i], SCREEN_LABEL, "%-26s %s", p->keymaps[i][1], p->keymaps[i][0]);
		rows[i] = (struct row)CHOICE(labels[i], p->keymap, i);
	}
	if (ui_ask(&s, "") == UI_BACK)
		return ASKED_BACK;
	keymap_load(p);
	return ASKED_NEXT;
}

/* "America" of "America/New_York" */
static bool is_in(const char *zone, const char *region)
{
	size_t len = strlen(region);

	return len && strncmp(zone, region, len) == 0 && zone[len] == '/';
}

/* Zones are sorted. */
static size_t regions_list(const struct plan *p, char regions[REGIONS][SCREEN_LABEL])
{
	size_t nr = 1;

	snprintf(regions[0], SCREEN_LABEL, "UTC");
	for (size_t i = 0; i < p->nr_zones && nr < REGIONS; i++)
		if (!is_in(p->zones[i], regions[nr - 1]))
			snprintf(regions[nr++], SCREEN_LABEL, "%.*s",
				 (int)strcspn(p->zones[i], "/"), p->zones[i]);
	return nr;
}

enum asked ask_region(struct plan *p)
{
	static char regions[REGIONS][SCREEN_LABEL];
	struct row rows[REGIONS];
	struct screen s = {
		.title = "time zone",
		.rows = rows,
		.text = "Where does this machine stand? Logs and schedules go by the time there;\n"
			"what is stored is in UTC.",
	};
	size_t chosen = 0;

	if (!p->nr_zones || plan_kind(p) == PLAN_UPGRADE)
		return ASKED_NOTHING;
	s.nr_rows = regions_list(p, regions);
	for (size_t i = 0; i < s.nr_rows; i++) {
		rows[i] = (struct row)CHOICE(regions[i], chosen, i);
		if (is_in(p->zone, regions[i]))
			chosen = i;
	}
	if (ui_ask(&s, "") == UI_BACK)
		return ASKED_BACK;
	if (chosen == 0)
		p->zone[0] = '\0';
	else if (!is_in(p->zone, regions[chosen]))
		snprintf(p->zone, sizeof(p->zone), "%.38s/", regions[chosen]);
	return ASKED_NEXT;
}

enum asked ask_city(struct plan *p)
{
	static struct row rows[PLAN_ZONES];
	const size_t region = strcspn(p->zone, "/");
	struct screen s = {
		.title = "time zone",
		.rows = rows,
		.text = "Which place has the same time? A letter goes to the next one that\n"
			"begins with it."
	};
	size_t chosen = PLAN_ZONES;

	if (!*p->zone || plan_kind(p) == PLAN_UPGRADE)
		return ASKED_NOTHING;
	for (size_t i = 0; i < p->nr_zones; i++) {
		if (strncmp(p->zones[i], p->zone, region + 1) != 0)
			continue;
		if (chosen == PLAN_ZONES || strcmp(p->zones[i], p->zone) == 0)
			chosen = i;
		rows[s.nr_rows++] = (struct row)CHOICE(p->zones[i] + region + 1, chosen, i);
	}
	if (ui_ask(&s, "") == UI_BACK)
		return ASKED_BACK;
	memcpy(p->zone, p->zones[chosen], sizeof(p->zone));
	return ASKED_NEXT;
}

static bool is_time(const char *text)
{
	struct tm when;
	const char *end = strptime(text, "%Y-%m-%d %H:%M", &when);

	return end && !*end && strlen(text) == strlen("YYYY-MM-DD HH:MM");
}

enum asked ask_time(struct plan *p)
{
	struct row rows[] = {
		INPUT("Time servers (NTP)", p->ntp),
		INPUT("Or the time now, there", p->clock),
	};
	static char text[256];
	const struct screen s = { .title = "clock", .rows = rows, .nr_rows = 2, .text = text };
	const char *complaint = "";
	time_t now = time(NULL);
	char shown[32] = "";

	if (plan_kind(p) == PLAN_UPGRADE)
		return ASKED_NOTHING;
	strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M", gmtime(&now));
	snprintf(text, sizeof(text),
		 "Who tells the time? Names or addresses, with blanks between them. Without\n"
		 "servers and with nothing written below the machine's clock stays as it is:\n"
		 "%s UTC.",
		 shown);
	do {
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		complaint = "A time is written as 2026-11-21 20:15.";
	} while (*p->clock && !is_time(p->clock));
	return ASKED_NEXT;
}
