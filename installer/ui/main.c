// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * install-ui [--first-start]: asks, writes an answer file, and shows how install-socle does what it
 * says. It touches no disk itself. Exit status 0: installed; 1: not; 3: whoever sat there went back
 * from the first question.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "installer/ui/screens.h"
#include "lib/file.h"

#define LEFT     3
#define LOG_TAIL 4096

/* Tests have others. */
static const char *answers_path(void)
{
	const char *path = getenv("INSTALL_ANSWERS");

	return path ? path : "/run/answers.txt";
}

static const char *log_path(void)
{
	const char *path = getenv("INSTALL_LOG");

	return path ? path : "/run/install.log";
}

/* Asks all of it; false: back from the first one. */
static bool questions_ask(struct plan *p)
{
	int step = 1;

	for (size_t at = 0; at < nr_questions; at += (size_t)step) {
		const struct question *q = &questions[at];
		enum asked asked = q->of_disks && p->first_start ? ASKED_NOTHING : q->ask(p);

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
	rc = text.failed ? -1 : file_replace(answers_path(), text.data, text.len, 0600);
	explicit_bzero(text.data, text.len);
	buf_free(&text);
	return rc;
}

/* The last lines of the log, as many as the screen has room for; NULL: none. */
static const char *log_end(void)
{
	static char text[LOG_TAIL];
	FILE *log = fopen(log_path(), "r");
	int wanted = ui_log_lines() + 1;
	char *from = text;
	size_t len = 0;

	if (log && (fseek(log, 1 - LOG_TAIL, SEEK_END) == 0 || fseek(log, 0, SEEK_SET) == 0))
		len = fread(text, 1, sizeof(text) - 1, log);
	if (log)
		fclose(log);
	text[len] = '\0';
	for (char *c = text + len; c > text && wanted; c--)
		if (c[-1] == '\n' && --wanted == 0)
			from = c;
	return from;
}

/* What has been said so far. */
struct progress {
	char title[128], detail[256], failure[256];
	unsigned int percent;
	bool log_shown;
};

static void progress_show(const struct progress *p)
{
	ui_progress("installing", p->percent > 100 ? 100 : p->percent, p->title, p->detail,
		    p->log_shown ? log_end() : NULL);
}

/* One line of the installer: "[ 40%] title", words about it, or why it failed. */
static void line_take(struct progress *p, const char *line)
{
	if (strncmp(line, "FAILED: ", 8) == 0)
		snprintf(p->failure, sizeof(p->failure), "%.*s", (int)strcspn(line, "\n"), line);
	else if (sscanf(line, "[%u%%] %127[^\n]", &p->percent, p->title) == 2)
		p->detail[0] = '\0';
	else
		sscanf(line, " %255[^\n]", p->detail);
}

/* The installer's lines, and the key that shows the log, whatever comes first. */
static void output_follow(int fd, struct progress *p)
{
	struct pollfd wait[] = { { .fd = fd, .events = POLLIN },
				 { .fd = STDIN_FILENO, .events = POLLIN } };
	struct buf text = { 0 };
	char part[512], *eol;
	ssize_t n = 1;

	while (n > 0) {
		progress_show(p);
		if (poll(wait, 2, p->log_shown ? 1000 : -1) < 0)
			break;
		if (wait[1].revents && ui_key('l'))
			p->log_shown = !p->log_shown;
		if (!wait[0].revents)
			continue;
		n = read(fd, part, sizeof(part));
		if (n > 0)
			buf_append(&text, part, (size_t)n);
		while (text.len && !text.failed && (eol = memchr(text.data, '\n', text.len))) {
			*eol = '\0';
			line_take(p, text.data);
			text.len -= (size_t)(eol + 1 - text.data);
			memmove(text.data, eol + 1, text.len);
		}
	}
	buf_free(&text);
}

/* 0, or -1 with what it said last. */
static int install(const struct plan *plan, char complaint[256])
{
	struct progress p = { .title = "Starting" };
	char command[256];
	FILE *output;
	int status;

	snprintf(command, sizeof(command), "install-socle %s %s 2>&1",
		 plan->first_start ? "--first-start" : "", answers_path());
	output = popen(command, "r");
	if (!output)
		return -1;
	output_follow(fileno(output), &p);
	status = pclose(output);
	snprintf(complaint, 256, "%s", p.failure);
	return status != 0 || *p.failure ? -1 : 0;
}

/* What to do when it is done: where the host will be. Its keys it makes at its first start. */
static void say_done(const struct plan *p)
{
	static char text[700];
	struct screen s = { .title = "done", .text = text, .next = "start from the disk" };
	bool fixed = p->ip4 == PLAN_FIXED;

	if (plan_kind(p) == PLAN_UPGRADE)
		snprintf(
			text, sizeof(text),
			"The new version is there.\n\n"
			"Take the medium out; the machine then starts from its disk and tries it.\n"
			"If it does not come up within five minutes, the former one starts again.");
	else
		snprintf(
			text, sizeof(text),
			"Socle is installed.\n\n"
			"Take the medium out; the machine then starts from its disk as \"%.60s\".\n"
			"Its console shows the address and the fingerprint of its certificate,\n"
			"by which xe and browsers know it:\n\n"
			"  https://%.*s/\n\n"
			"What was answered is kept in /etc/socle/answers, to install others so.",
			p->hostname, fixed ? (int)strcspn(p->address, "/") : 60,
			fixed ? p->address : p->hostname);
	if (p->first_start)
		s.next = "start";
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

/* Where the machine is, as far as tests differ. */
static const char *sys_path(void)
{
	const char *path = getenv("INSTALL_SYS");

	return path ? path : "/sys";
}

int main(int argc, char **argv)
{
	static struct plan plan = { .hostname = "socle" };
	char complaint[256];
	int status = LEFT;

	plan.first_start = argc == 2 && strcmp(argv[1], "--first-start") == 0;
	plan_find_disks(&plan, sys_path());
	plan_find_nics(&plan, sys_path());
	plan_find_rest(&plan);
	if (ui_open() < 0)
		return 1;
	while (questions_ask(&plan)) {
		if (answers_write(&plan) == 0 && install(&plan, complaint) == 0) {
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
