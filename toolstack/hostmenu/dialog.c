// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Screens of the menu, of those that ui.h has. See dialog.h.
 */
#include "hostmenu/dialog.h"

#include <stdio.h>
#include <string.h>

#include "hostmenu/command.h"
#include "hostmenu/login.h"

#define CHOICES_MAX 600
#define WIDTH       72
#define LINES_SHOWN 8

static bool over;

void dialog_begin(void)
{
	over = false;
}

enum ui_answer dialog_ask(struct screen *s, const char *complaint)
{
	enum ui_answer answer;

	if (over)
		return UI_BACK;
	s->seconds = LOGIN_IDLE_SECONDS;
	answer = ui_ask(s, complaint);
	if (answer == UI_TIMEOUT)
		over = true;
	return answer == UI_NEXT ? UI_NEXT : UI_BACK;
}

void dialog_say(const char *title, const char *text)
{
	struct screen s = { .title = title, .text = text, .next = "go on" };

	dialog_ask(&s, "");
}

bool dialog_sure(const char *title, const char *text, const char *next)
{
	struct screen s = { .title = title, .text = text, .next = next, .warning = true };

	return dialog_ask(&s, "") == UI_NEXT;
}

/* The last lines of what a program said, each cut to the screen's width. */
static void last_lines(const char *text, char *to, size_t room)
{
	const char *from = text + strlen(text);
	int lines = 0;

	while (from > text && from[-1] == '\n')
		from--;
	while (from > text && (from[-1] != '\n' || ++lines < LINES_SHOWN))
		from--;
	for (int column = 0; *from && room > 2; from++) {
		column = *from == '\n' ? 0 : column + 1;
		*to++ = *from;
		room--;
		if (column == WIDTH) {
			*to++ = '\n';
			room--;
			column = 0;
		}
	}
	*to = '\0';
}

bool dialog_do(const char *title, const char *doing, const char *const argv[], const char *input,
	       int seconds, struct buf *out)
{
	char said[LINES_SHOWN * WIDTH * 2], text[sizeof(said) + 128];
	struct buf own = { 0 };
	int status;

	ui_say(title, doing);
	status = command_run(argv, input, (int64_t)seconds * SECOND_MS, out ? out : &own);
	if (status != 0) {
		const struct buf *b = out ? out : &own;

		last_lines(b->failed ? "" : b->data, said, sizeof(said));
		snprintf(text, sizeof(text), "%s:\n\n%s",
			 status < 0 ? "It did not come to an end" : "That did not work", said);
		dialog_say(title, text);
	}
	buf_free(&own);
	return status == 0;
}

int dialog_choose(const char *title, const char *text, const char *const labels[], size_t nr,
		  size_t *chosen)
{
	static struct row rows[CHOICES_MAX];
	struct screen s = { .title = title, .text = text, .rows = rows, .next = "choose" };

	if (nr > CHOICES_MAX)
		nr = CHOICES_MAX;
	for (size_t i = 0; i < nr; i++)
		rows[i] = (struct row){
			.kind = ROW_ITEM, .label = labels[i], .value = chosen, .index = i
		};
	s.nr_rows = nr;
	return dialog_ask(&s, "") == UI_NEXT && nr ? (int)*chosen : -1;
}

void dialog_menu(const char *title, const char *text, const struct item *items, size_t nr)
{
	const char *labels[CHOICES_MAX] = { NULL };
	size_t chosen = 0;
	int which;

	for (size_t i = 0; i < nr; i++)
		labels[i] = items[i].label;
	while ((which = dialog_choose(title, text, labels, nr, &chosen)) >= 0)
		items[which].run();
}
