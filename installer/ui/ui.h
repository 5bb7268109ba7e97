// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A screen: a title, some text, rows that can be chosen or written in, and what keys do. It knows
 * nothing of installing; the host's menu has its screens from here, too. Works from 80 columns and
 * 24 lines on, without colours, over a serial line.
 */
#ifndef INSTALLER_UI_H
#define INSTALLER_UI_H

#include <stdbool.h>
#include <stddef.h>

#define UI_OPTIONS 20

enum row_kind {
	ROW_TEXT,   /* words; cannot be chosen */
	ROW_ITEM,   /* of a menu: Enter makes *value its index */
	ROW_CHOICE, /* one of several rows: *value becomes index */
	ROW_CYCLE,  /* one of options: *value; Space takes the next */
	ROW_INPUT,  /* text */
	ROW_SECRET, /* text that is not shown */
};

struct row {
	enum row_kind kind;
	const char *label;
	size_t *value;
	size_t index;
	const char *options[UI_OPTIONS];
	size_t nr_options;
	char *text;
	size_t room;
};

struct screen {
	const char *title;
	const char *text; /* lines parted by \n */
	struct row *rows;
	size_t nr_rows;
	bool warning;     /* what follows cannot be undone */
	const char *next; /* what Enter does; NULL: "next" */
	const char *back; /* what Esc does; NULL: "back"; "": nothing is said of it */
	int seconds;      /* without a key for so long: UI_TIMEOUT; 0: waits */
	bool again;       /* the screen of before with other words: what differs is sent */
};

enum ui_answer { UI_NEXT, UI_BACK, UI_TIMEOUT };

int ui_open(void);
void ui_close(void);
/* After ui_close() the terminal was somebody else's; it is ours again. */
void ui_resume(void);
/* complaint is shown above the keys, or "". */
enum ui_answer ui_ask(const struct screen *s, const char *complaint);
/* Not a question: what is being done now. */
void ui_say(const char *title, const char *text);
/* The same, with how far it is, and the last lines of a log or NULL. */
void ui_progress(const char *title, unsigned int percent, const char *now, const char *detail,
		 const char *log);
/* How many of those lines there is room for. */
int ui_log_lines(void);
/* Was this letter typed meanwhile? Does not wait. */
bool ui_key(char which);

#endif
