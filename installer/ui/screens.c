// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The questions in their order, and those that are about the host as a whole. See screens.h.
 */
#include "installer/ui/screens.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TEXT      1600
#define MEMORY_MB 1000 /* with less there is hardly room for a VM */

enum asked screen_ask(const struct screen *s)
{
	return ui_ask(s, "") == UI_BACK ? ASKED_BACK : ASKED_NEXT;
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

	return p->first_start ? ASKED_NOTHING : screen_ask(&s);
}

static size_t large_disks(const struct plan *p)
{
	size_t nr = 0;

	for (size_t i = 0; i < p->nr_disks; i++)
		nr += p->disks[i].megabytes >= SCREEN_MIN_MB;
	return nr;
}

/* What is missing warns; where the next question cannot be answered, that one says so. */
static enum asked ask_hardware(struct plan *p)
{
	static char text[TEXT];
	size_t disks = large_disks(p);
	struct screen s = { .title = "this machine", .text = text };

	snprintf(text, sizeof(text),
		 "Virtualisation    there: the hypervisor runs here already\n"
		 "Processors        %u\n"
		 "Memory            %u MB%s\n"
		 "Disks             %zu%s\n"
		 "Network cards     %zu%s",
		 p->cpus, p->memory_mb,
		 p->memory_mb < MEMORY_MB ? ", of which VMs get what the host leaves: little" : "",
		 p->nr_disks, disks ? "" : ", none of which has the 4 GB that are needed",
		 p->nr_nics,
		 p->nr_nics ? "" : ": the host can be used at this console only, for now");
	s.warning = p->memory_mb < MEMORY_MB || !disks || !p->nr_nics;
	return screen_ask(&s);
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

	if (plan_kind(p) == PLAN_UPGRADE)
		return ASKED_NOTHING;
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

static size_t disks_say(const struct plan *p, char *text, size_t room)
{
	size_t len = (size_t)snprintf(text, room,
				      "Everything on these disks will be erased now:\n\n");

	for (size_t i = 0; i < p->nr_disks; i++) {
		const struct plan_disk *d = &p->disks[i];
		char label[SCREEN_LABEL];

		if (d->use == DISK_UNUSED)
			continue;
		disk_label(d, label);
		len += (size_t)snprintf(text + len, room - len, "  %s\n", label);
	}
	return len;
}

static enum asked ask_confirmation(struct plan *p)
{
	static char text[TEXT];
	static const char *const actions[] = {
		[PLAN_FRESH] = "erase these disks and install",
		[PLAN_UPGRADE] = "write the new version",
		[PLAN_REINSTALL] = "install over the old settings",
	};
	struct screen s = { .title = "last question",
			    .text = text,
			    .warning = true,
			    .next = actions[plan_kind(p)] };
	size_t len = 0;

	switch (plan_kind(p)) {
	case PLAN_FRESH: len = disks_say(p, text, sizeof(text)); break;
	case PLAN_UPGRADE:
		s.warning = false;
		snprintf(text, sizeof(text),
			 "The version on this medium is written beside the one that is there, on\n"
			 "%s, and tried at the next start. If it does not come up, the\n"
			 "start after that is the present version's again. No disk is erased.",
			 plan_socle(p)->disks);
		return screen_ask(&s);
	case PLAN_REINSTALL:
		len = (size_t)snprintf(
			text, sizeof(text),
			"The system and all settings of the host on %s are replaced:\n"
			"users, networks, the list of VMs. Disks of VMs and CD images stay.\n",
			plan_socle(p)->disks);
		break;
	}
	if (p->first_start)
		len = (size_t)snprintf(text, sizeof(text), "This host is made ready now.\n");
	snprintf(text + len, sizeof(text) - len, "\nThere is no way back from here.");
	return screen_ask(&s);
}

const struct question questions[] = {
	{ ask_keymap, false },  { ask_welcome, false },      { ask_hardware, true },
	{ ask_kind, true },     { ask_disk, true },          { ask_other_disks, true },
	{ ask_storage, true },  { ask_source, true },        { ask_host, false },
	{ ask_network, false }, { ask_region, false },       { ask_city, false },
	{ ask_time, false },    { ask_confirmation, false },
};
const size_t nr_questions = sizeof(questions) / sizeof(questions[0]);
