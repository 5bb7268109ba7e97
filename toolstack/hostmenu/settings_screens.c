// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Root's password, the host's name, time.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hostmenu/command.h"
#include "hostmenu/dialog.h"
#include "hostmenu/screens.h"
#include "hostmenu/status.h"
#include "lib/file.h"

#define TITLE       "settings"
#define SECONDS     30
#define TEXT        128
#define LISTED_MAX  600
#define NTP_SERVERS "/etc/socle/ntp-servers"

/* ---- the password ------------------------------------------------------------------------ */

/* The same for the console and for the API. */
static bool password_set(const char *password)
{
	const char *const console[] = { "chpasswd", "-c", "sha512", NULL };
	const char *const api[] = { "apid", "set-password", "root", NULL };
	char line[TEXT + 8];
	bool done;

	snprintf(line, sizeof(line), "%s\n", password);
	done = dialog_do(TITLE, "Changing it for the API ...", api, line, SECONDS, NULL);
	snprintf(line, sizeof(line), "root:%s\n", password);
	done = done &&
	       dialog_do(TITLE, "Changing it for the console ...", console, line, SECONDS, NULL);
	explicit_bzero(line, sizeof(line));
	return done;
}

static void password_ask(void)
{
	char password[TEXT] = "", again[TEXT] = "";
	struct row rows[] = {
		{ .kind = ROW_SECRET, .label = "New password", .text = password, .room = TEXT },
		{ .kind = ROW_SECRET, .label = "The same again", .text = again, .room = TEXT },
	};
	struct screen s = {
		.title = TITLE,
		.text = "Root's password: on this console, and for xe and other clients.",
		.rows = rows,
		.nr_rows = 2,
		.next = "change it"
	};
	const char *complaint = "";

	while (dialog_ask(&s, complaint) == UI_NEXT) {
		complaint = !*password ? "A password is needed." : "The two passwords differ.";
		if (*password && strcmp(password, again) == 0) {
			if (password_set(password))
				dialog_say(TITLE, "The password is changed.");
			break;
		}
	}
	explicit_bzero(password, sizeof(password));
	explicit_bzero(again, sizeof(again));
}

/* ---- the name ---------------------------------------------------------------------------- */

static void name_ask(void)
{
	char name[64] = "", argument[80], path[256];
	struct row rows[] = {
		{ .kind = ROW_INPUT, .label = "Host name", .text = name, .room = sizeof(name) },
	};
	struct screen s = { .title = TITLE,
			    .text = "What the host is called.",
			    .rows = rows,
			    .nr_rows = 1,
			    .next = "change it" };
	const char *const argv[] = { "xe", "host-set-hostname-live", argument, NULL };

	status_path(path, sizeof(path), "/proc/sys/kernel/hostname");
	if (!file_line(path, name, sizeof(name)))
		*name = '\0';
	if (dialog_ask(&s, "") != UI_NEXT)
		return;
	snprintf(argument, sizeof(argument), "host-name=%s", name);
	if (dialog_do(TITLE, "Changing it ...", argv, NULL, SECONDS, NULL))
		dialog_say(TITLE, "The name is changed.");
}

/* ---- time -------------------------------------------------------------------------------- */

/* The file's words with one blank between them; what # begins is left out. */
static void servers_read(char *text, size_t room)
{
	char path[256], line[256], *word, *state;
	FILE *file;

	*text = '\0';
	status_path(path, sizeof(path), NTP_SERVERS);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "#\n")] = '\0';
		for (word = strtok_r(line, " \t", &state); word;
		     word = strtok_r(NULL, " \t", &state))
			snprintf(text + strlen(text), room - strlen(text), "%s%s", *text ? " " : "",
				 word);
	}
	if (file)
		fclose(file);
}

static void servers_write(char *servers)
{
	const char *argv[] = { "sv", "restart", "/etc/service/ntpd", NULL };
	char path[256], text[2 * TEXT] = "", *word, *state;

	for (word = strtok_r(servers, " ,", &state); word; word = strtok_r(NULL, " ,", &state))
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n", word);
	/* Without servers it would take itself down, and be waited for. */
	if (!*text)
		argv[1] = "down";
	status_path(path, sizeof(path), NTP_SERVERS);
	if (file_replace(path, text, strlen(text), 0644) < 0)
		dialog_say(TITLE, "The file of time servers cannot be written.");
	else if (dialog_do(TITLE, "Starting the time service anew ...", argv, NULL, SECONDS, NULL))
		dialog_say(TITLE, *text ? "The time comes from these servers."
					: "The time comes from the machine's clock.");
}

static void servers_ask(void)
{
	char servers[TEXT];
	struct row rows[] = {
		{ .kind = ROW_INPUT, .label = "Servers", .text = servers, .room = TEXT },
	};
	struct screen s = { .title = TITLE,
			    .text = "Who tells the time (NTP): names or addresses. Nobody: empty.",
			    .rows = rows,
			    .nr_rows = 1,
			    .next = "use them" };

	servers_read(servers, sizeof(servers));
	if (dialog_ask(&s, "") == UI_NEXT)
		servers_write(servers);
}

static void clock_ask(void)
{
	char clock[32] = "";
	struct row rows[] = {
		{ .kind = ROW_INPUT, .label = "Date and time (UTC)", .text = clock, .room = 20 },
	};
	struct screen s = { .title = TITLE,
			    .text = "The machine's clock, as 2026-11-21 18:30.",
			    .rows = rows,
			    .nr_rows = 1,
			    .next = "set it" };
	const char *const set[] = { "date", "-u", "-s", clock, NULL };
	const char *const keep[] = { "hwclock", "-w", "-u", NULL };
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M", &tm);
	if (dialog_ask(&s, "") == UI_NEXT &&
	    dialog_do(TITLE, "Setting it ...", set, NULL, SECONDS, NULL))
		dialog_do(TITLE, "Keeping it ...", keep, NULL, SECONDS, NULL);
}

/* ---- one of a list ----------------------------------------------------------------------- */

/* program --list says what there is, a name at the beginning of a line; program NAME takes it. */
static void listed_ask(const char *program, const char *text)
{
	const char *const list[] = { program, "--list", NULL };
	const char *names[LISTED_MAX] = { NULL }, *take[] = { program, NULL, NULL };
	struct buf out = { 0 };
	size_t nr = 0, chosen = 0;
	char *line, *state;
	int answer;

	if (dialog_do(TITLE, "Looking ...", list, NULL, SECONDS, &out)) {
		line = strtok_r(out.data, "\n", &state);
		for (; line && nr < LISTED_MAX; line = strtok_r(NULL, "\n", &state))
			names[nr++] = line;
		answer = dialog_choose(TITLE, text, names, nr, &chosen);
		if (answer >= 0) {
			/* What stands behind the name is for people. */
			out.data[names[answer] - out.data + (long)strcspn(names[answer], " ")] =
				'\0';
			take[1] = names[answer];
			dialog_do(TITLE, "Changing it ...", take, NULL, SECONDS, NULL);
		}
	}
	buf_free(&out);
}

static void keyboard_ask(void)
{
	listed_ask("host-keymap", "The keyboard at this machine:");
}

static void zone_ask(void)
{
	listed_ask("host-timezone", "The time zone:");
}

void screen_settings(void)
{
	static const struct item items[] = {
		{ "Password of root", password_ask },
		{ "Host name", name_ask },
		{ "Time servers", servers_ask },
		{ "Date and time", clock_ask },
		{ "Time zone", zone_ask },
		{ "Keyboard", keyboard_ask },
	};

	dialog_menu(TITLE, "What this host is called, who may use it, and what time it is.", items,
		    sizeof(items) / sizeof(items[0]));
}
