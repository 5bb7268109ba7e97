// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs, versions, a report for those who help, the way back to a new host, a shell, power.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hostmenu/command.h"
#include "hostmenu/dialog.h"
#include "hostmenu/screens.h"
#include "hostmenu/status.h"

#define SECONDS        60
#define REPORT_SECONDS 300
#define RESET_WORD     "reset"

static void show(const char *command)
{
	const char *const argv[] = { "sh", "-c", command, NULL };

	command_show(argv);
}

/* ---- logs -------------------------------------------------------------------------------- */

static void log_system(void)
{
	show("logread 2>&1 | less +G");
}

static void log_kernel(void)
{
	show("dmesg | less +G");
}

static void log_hypervisor(void)
{
	show("xl dmesg 2>&1 | less +G");
}

static void log_audit(void)
{
	show("less +G /var/log/socle/audit.log");
}

static void log_services(void)
{
	show("sv status /etc/service/* 2>&1 | less");
}

void screen_logs(void)
{
	static const struct item items[] = {
		{ "The system's log", log_system },
		{ "Who did what by the API", log_audit },
		{ "The control domain's kernel", log_kernel },
		{ "The hypervisor", log_hypervisor },
		{ "Services", log_services },
	};

	dialog_menu("logs", "q leaves a log.", items, sizeof(items) / sizeof(items[0]));
}

/* ---- upkeep ------------------------------------------------------------------------------ */

static void report_make(void)
{
	char file[96], name[112], text[256], library[256];
	const char *const argv[] = { "xe", "host-get-system-status", name, NULL };
	const char *folder = "/srv/library";
	time_t now = time(NULL);
	struct tm tm = { 0 };

	status_path(library, sizeof(library), folder);
	if (access(library, W_OK) < 0)
		folder = "/tmp"; /* nothing of the live system lasts */
	gmtime_r(&now, &tm);
	snprintf(file, sizeof(file), "%s/report-%04d%02d%02d-%02d%02d%02d.tar.zst", folder,
		 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	snprintf(name, sizeof(name), "filename=%s", file);
	snprintf(text, sizeof(text), "Logs and settings, without secrets, are in\n%s", file);
	if (dialog_do("report", "Collecting logs and settings ...", argv, NULL, REPORT_SECONDS,
		      NULL))
		dialog_say("report", text);
}

static void versions_show(void)
{
	const char *const argv[] = { "host-upgrade", "--status", NULL };
	struct buf out = { 0 };

	if (dialog_do("versions", "Looking ...", argv, NULL, SECONDS, &out))
		dialog_say("versions", out.data);
	buf_free(&out);
}

static void version_back(void)
{
	const char *const argv[] = { "host-upgrade", "--back", NULL };
	struct buf out = { 0 };

	if (dialog_sure("versions", "From the next start on the version in the other slot runs.",
			"go back") &&
	    dialog_do("versions", "Changing what starts ...", argv, NULL, SECONDS, &out))
		dialog_say("versions", out.data);
	buf_free(&out);
}

static void factory_reset(void)
{
	char typed[16] = "";
	struct row rows[] = {
		{ .kind = ROW_INPUT,
		  .label = "Type " RESET_WORD,
		  .text = typed,
		  .room = sizeof(typed) },
	};
	struct screen s = {
		.title = "reset to factory",
		.warning = true,
		.text = "At the next start this host forgets its name, networks, accounts, keys,\n"
			"logs, and what it knows of VMs: their settings go, their disks stay in\n"
			"their repositories. Root's password stays. There is no way back.",
		.rows = rows,
		.nr_rows = 1,
		.next = "forget all that at the next start",
	};
	const char *const argv[] = { "host-reset", "--factory", NULL };
	const char *complaint = "";

	do {
		if (dialog_ask(&s, complaint) != UI_NEXT)
			return;
		complaint = "Type the word, or go back by Esc.";
	} while (strcmp(typed, RESET_WORD) != 0);
	if (dialog_do(s.title, "Noting it ...", argv, NULL, SECONDS, NULL))
		dialog_say(s.title,
			   "It is done at the next start. Until then `host-reset --cancel` "
			   "takes\nit back.");
}

void screen_upkeep(void)
{
	static const struct item items[] = {
		{ "Versions in the two slots", versions_show },
		{ "Go back to the other slot's version", version_back },
		{ "Report for those who help", report_make },
		{ "Reset to factory", factory_reset },
	};

	dialog_menu("upkeep", "", items, sizeof(items) / sizeof(items[0]));
}

/* ---- shell, power ------------------------------------------------------------------------ */

/* Who got here has said root's password. */
void screen_shell(void)
{
	const char *const argv[] = { "login", "-f", "root", NULL };

	show("clear; echo 'exit leads back to the menu.'");
	command_show(argv);
}

static void power(const char *command, const char *next)
{
	const char *const argv[] = { command, NULL };
	char text[128];

	snprintf(text, sizeof(text), "VMs are shut down first, in their order.");
	if (dialog_sure("power", text, next) &&
	    dialog_do("power", "VMs are shut down, then the host ...", argv, NULL, SECONDS, NULL))
		pause();
}

static void power_reboot(void)
{
	power("reboot", "reboot the host");
}

static void power_off(void)
{
	power("poweroff", "turn the host off");
}

void screen_power(void)
{
	static const struct item items[] = {
		{ "Reboot", power_reboot },
		{ "Turn off", power_off },
	};

	dialog_menu("power", "", items, sizeof(items) / sizeof(items[0]));
}
