// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs: which there are, and their power and consoles.
 */
#include <stdio.h>
#include <string.h>

#include "hostmenu/command.h"
#include "hostmenu/dialog.h"
#include "hostmenu/screens.h"

#define TITLE         "virtual machines"
#define LIST_SECONDS  20
#define START_SECONDS 120
#define STOP_SECONDS  240

enum { VM_UUID, VM_NAME, VM_STATE };

static const char *const fields[] = { "uuid", "name-label", "power-state", NULL };

enum deed { DEED_START, DEED_SHUTDOWN, DEED_REBOOT, DEED_FORCE, DEED_CONSOLE, DEED_RESUME };

static const struct {
	const char *label, *state, *verb, *doing;
	int seconds;
} deeds[] = {
	[DEED_START] = { "Start", "halted", "vm-start", "It starts ...", START_SECONDS },
	[DEED_SHUTDOWN] = { "Shut down: its system is asked to", "running", "vm-shutdown",
			    "Its system is asked to shut down ...", STOP_SECONDS },
	[DEED_REBOOT] = { "Reboot: its system is asked to", "running", "vm-reboot",
			  "Its system is asked to reboot ...", STOP_SECONDS },
	[DEED_FORCE] = { "Take its power away", "running", "vm-shutdown", "Its power goes ...",
			 START_SECONDS },
	[DEED_CONSOLE] = { "Console (Ctrl-] leaves it)", "running", "console", "", 0 },
	[DEED_RESUME] = { "Resume", "suspended", "vm-resume", "It goes on ...", STOP_SECONDS },
};

static void vm_do(enum deed deed, const struct record *vm)
{
	char uuid[FIELD_TEXT + 8], text[FIELD_TEXT + 128];
	const char *argv[] = { "xe", deeds[deed].verb, uuid, NULL, NULL };

	snprintf(uuid, sizeof(uuid), "uuid=%s", vm->value[VM_UUID]);
	if (deed == DEED_CONSOLE) {
		const char *const clear[] = { "clear", NULL };

		command_show(clear);
		command_show(argv);
		return;
	}
	if (deed == DEED_FORCE) {
		snprintf(text, sizeof(text), "What %.60s has not written to its disks is lost.",
			 vm->value[VM_NAME]);
		if (!dialog_sure(TITLE, text, "take its power away"))
			return;
		argv[3] = "--force";
	}
	dialog_do(vm->value[VM_NAME], deeds[deed].doing, argv, NULL, deeds[deed].seconds, NULL);
}

static void vm_show(const struct record *vm)
{
	const char *labels[sizeof(deeds) / sizeof(deeds[0])];
	size_t which[sizeof(deeds) / sizeof(deeds[0])], nr = 0, chosen = 0;
	char text[FIELD_TEXT + 64];
	int answer;

	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (strcmp(deeds[i].state, vm->value[VM_STATE]) != 0)
			continue;
		labels[nr] = deeds[i].label;
		which[nr++] = i;
	}
	snprintf(text, sizeof(text), "%.60s is %.20s.", vm->value[VM_NAME], vm->value[VM_STATE]);
	answer = dialog_choose(TITLE, text, labels, nr, &chosen);
	if (answer >= 0)
		vm_do(which[answer], vm);
}

void screen_vms(void)
{
	const char *const argv[] = { "xe", "vm-list", "is-control-domain=false",
				     "params=uuid,name-label,power-state", NULL };
	static struct record vms[RECORDS_MAX];
	static char lines[RECORDS_MAX][80];
	static const char *labels[RECORDS_MAX];
	size_t chosen = 0, nr;
	int answer;

	do {
		struct buf out = { 0 };

		if (!dialog_do(TITLE, "Looking ...", argv, NULL, LIST_SECONDS, &out)) {
			buf_free(&out);
			return;
		}
		nr = records_parse(out.data, fields, vms, RECORDS_MAX);
		buf_free(&out);
		for (size_t i = 0; i < nr; i++) {
			snprintf(lines[i], sizeof(lines[i]), "%-50.50s %s", vms[i].value[VM_NAME],
				 vms[i].value[VM_STATE]);
			labels[i] = lines[i];
		}
		answer = dialog_choose(TITLE, nr ? "What there is:" : "There is no VM yet.", labels,
				       nr, &chosen);
		if (answer >= 0)
			vm_show(&vms[answer]);
	} while (answer >= 0);
}
