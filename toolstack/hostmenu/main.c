// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostmenu: what a host's screen shows. The status page is for whoever passes by; behind root's
 * password there is a menu, whose entries are commands of the host (xe, network, host-upgrade).
 * What is new is looked for every few seconds as long as somebody may be looking, and hardly ever
 * later: an idle host has nothing to do here.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hostmenu/dialog.h"
#include "hostmenu/login.h"
#include "hostmenu/screens.h"
#include "hostmenu/status.h"

#define LOOK_SECONDS    5 /* after a key, for a while */
#define WATCHED_SECONDS 120
#define START_SECONDS   15 /* until there is what the page is for */
#define IDLE_SECONDS    300
#define WRONG_SECONDS   2
#define PAGE            2048

static void menu(void)
{
	static const struct item items[] = {
		{ "Network", screen_network },
		{ "Virtual machines", screen_vms },
		{ "Storage", screen_storage },
		{ "Password, name, time", screen_settings },
		{ "Logs", screen_logs },
		{ "Versions, report, reset to factory", screen_upkeep },
		{ "Shell", screen_shell },
		{ "Reboot, turn off", screen_power },
	};
	const char *text = "What is to be done?";

	if (!status_managed())
		text = "The management API does not answer. What needs it says so; the network's\n"
		       "reset, logs, the shell and power do not need it.";
	dialog_menu("menu", text, items, sizeof(items) / sizeof(items[0]));
}

/* A wrong one costs time. */
static bool log_in(void)
{
	char password[128] = "";
	struct row rows[] = {
		{ .kind = ROW_SECRET,
		  .label = "Password",
		  .text = password,
		  .room = sizeof(password) },
	};
	struct screen s = { .title = "log in",
			    .text = "The password of root:",
			    .rows = rows,
			    .nr_rows = 1,
			    .next = "log in" };
	const char *complaint = "";
	bool right = !login_password_needed();

	while (!right && dialog_ask(&s, complaint) == UI_NEXT) {
		right = login_password_right(password);
		explicit_bzero(password, sizeof(password));
		if (!right)
			sleep(WRONG_SECONDS);
		complaint = "That is not the password.";
	}
	explicit_bzero(password, sizeof(password));
	return right;
}

static bool terminal_gone(void)
{
	struct pollfd in = { .fd = 0 };

	return poll(&in, 1, 0) > 0 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* When to look again. */
static int seconds_to_wait(const struct status *status, time_t watched_until)
{
	if (time(NULL) < watched_until)
		return LOOK_SECONDS;
	return status->managed && *status->ip ? IDLE_SECONDS : START_SECONDS;
}

/* The status page until somebody wants more. False: no more; or the terminal is gone. */
static bool status_page(time_t watched_until, bool stay)
{
	struct screen s = { .next = "log in", .back = stay ? "look again" : "leave" };
	char title[128], text[PAGE];
	struct status status;

	for (;;) {
		status_read(&status);
		status_text(&status, text, sizeof(text));
		snprintf(title, sizeof(title), "%.40s", status.version);
		s.title = title;
		s.text = text;
		s.seconds = seconds_to_wait(&status, watched_until);
		switch (ui_ask(&s, "")) {
		case UI_NEXT: return true;
		case UI_BACK:
			if (!stay || terminal_gone())
				return false;
			watched_until = time(NULL) + WATCHED_SECONDS;
			break;
		case UI_TIMEOUT: break;
		}
		s.again = true;
	}
}

static int status_print(void)
{
	struct status status;
	char text[PAGE];

	status_read(&status);
	status_text(&status, text, sizeof(text));
	return fputs(text, stdout) < 0;
}

int main(int argc, char **argv)
{
	time_t watched_until = 0;
	bool print = false, stay = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--status") == 0) {
			print = true;
		} else if (strcmp(argv[i], "--stay") == 0) {
			stay = true;
		} else if (strcmp(argv[i], "--root") == 0 && i + 1 < argc) {
			status_root = argv[++i];
		} else {
			fprintf(stderr, "usage: hostmenu [--status | --stay] [--root FOLDER]\n"
					"  --status   print the page, and end\n"
					"  --stay     there is no way out: for a screen\n");
			return 2;
		}
	}
	if (print)
		return status_print();
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	if (ui_open() < 0)
		return 1;
	while (status_page(watched_until, stay)) {
		dialog_begin();
		if (log_in())
			menu();
		watched_until = time(NULL) + WATCHED_SECONDS;
	}
	ui_close();
	return 0;
}
