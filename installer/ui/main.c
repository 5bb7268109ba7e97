// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * install-ui: asks, writes an answer file, and shows how install-socle does what it says. It
 * touches no disk itself. Exit status 0: installed; 1: not; 3: whoever sat there went back from the
 * first question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "installer/ui/screens.h"
#include "lib/file.h"

#define ANSWERS "/run/answers.txt"
#define LEFT    3

/* Asks all of it; false: back from the first one. */
static bool questions_ask(struct plan *p)
{
	int step = 1;

	for (size_t at = 0; at < nr_questions; at += (size_t)step) {
		enum asked asked = questions[at].ask(p);

		/* What had nothing to ask is passed over in the same direction. */
		if (asked != ASKED_NOTHING)
			step = asked == ASKED_NEXT ? 1 : -1;
		if (at == 0 && step < 0)
			return false;
	}
	return true;
}

static int answers_write(const struct plan *p)
{
	struct buf text = { 0 };
	int rc;

	plan_write(p, &text);
	rc = text.failed ? -1 : file_replace(ANSWERS, text.data, text.len, 0600);
	explicit_bzero(text.data, text.len);
	buf_free(&text);
	return rc;
}

/* One line of the installer: "[ 40%] title", or words about it. */
static void line_show(const char *line, char title[128], char detail[256], unsigned int *percent)
{
	if (sscanf(line, "[%u%%] %127[^\n]", percent, title) == 2)
		detail[0] = '\0';
	else
		sscanf(line, " %255[^\n]", detail);
	ui_progress("installing", *percent > 100 ? 100 : *percent, title, detail);
}

/* 0, or -1 with what it said last. */
static int install(char complaint[256])
{
	char line[512], title[128] = "", detail[256] = "";
	FILE *output = popen("install-socle " ANSWERS " 2>&1", "r");
	unsigned int percent = 0;
	bool failed = false;

	complaint[0] = '\0';
	while (output && fgets(line, sizeof(line), output)) {
		if (strncmp(line, "FAILED: ", 8) == 0) {
			snprintf(complaint, 256, "%.*s", (int)strcspn(line, "\n"), line);
			failed = true;
		}
		line_show(line, title, detail, &percent);
	}
	if (!output || pclose(output) != 0 || failed)
		return -1;
	return 0;
}

/* What to do when it is done: where the host will be. */
static void say_done(const struct plan *p)
{
	static char text[512];
	const struct screen s = { .title = "done", .text = text, .next = "start from the disk" };

	snprintf(text, sizeof(text),
		 "Socle is installed.\n\n"
		 "Take the medium out; the machine then starts from its disk as \"%.60s\".\n"
		 "Its console shows the address and the fingerprint of its certificate,\n"
		 "by which xe and browsers know it:\n\n"
		 "  https://%.*s/",
		 p->hostname, p->fixed ? (int)strcspn(p->address, "/") : 60,
		 p->fixed ? p->address : p->hostname);
	ui_ask(&s, "");
}

static void say_failure(const char *complaint)
{
	const struct screen s = {
		.title = "not installed",
		.warning = true,
		.next = "back to the questions",
		.text = "The installation was not completed. What went wrong is below; all\n"
			"messages are in /run/install.log.",
	};

	ui_ask(&s, complaint);
}

int main(void)
{
	static struct plan plan = { .hostname = "socle" };
	char complaint[256];
	int status = LEFT;

	plan_find_disks(&plan, "/sys");
	plan_find_nics(&plan, "/sys");
	if (ui_open() < 0)
		return 1;
	while (questions_ask(&plan)) {
		if (answers_write(&plan) == 0 && install(complaint) == 0) {
			say_done(&plan);
			status = 0;
			break;
		}
		say_failure(complaint);
	}
	ui_close();
	explicit_bzero(&plan, sizeof(plan));
	return status;
}
