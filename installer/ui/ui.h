// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A screen: a title, some text, rows that can be chosen or written in, and what keys do. It knows
 * nothing of installing. Works from 80 columns and 24 lines on, without colours, over a serial
 * line.
 */
#ifndef INSTALLER_UI_H
#define INSTALLER_UI_H

#include <stdbool.h>
#include <stddef.h>

#define UI_OPTIONS 20

enum row_kind {
	ROW_TEXT,   /* words; cannot be chosen */
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
};

enum ui_answer { UI_NEXT, UI_BACK };

int ui_open(void);
void ui_close(void);
/* complaint is shown above the keys, or "". */
enum ui_answer ui_ask(const struct screen *s, const char *complaint);
/* Not a question: how far something is, and what it does now. */
void ui_progress(const char *title, unsigned int percent, const char *now, const char *detail);

#endif
