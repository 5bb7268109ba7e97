// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Screens with curses. See ui.h.
 */
#include "installer/ui/ui.h"

#include <ctype.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curses.h>

#define WIDTH      76
#define LEFT       ((COLS - WIDTH) / 2)
#define LABEL      26
#define KEY_ESCAPE 27
#define BAR        60
#define PAGE       10 /* rows that Page Up and Page Down go */
#define LOG_AT     12 /* the first line below what is done */

enum colours { BACKGROUND = 1, TITLE, BOX, CHOSEN, WARNING };

static int colour(enum colours c)
{
	return has_colors() ? COLOR_PAIR(c) : (c == CHOSEN || c == TITLE ? A_REVERSE : A_NORMAL);
}

int ui_open(void)
{
	setlocale(LC_ALL, "C");
	if (!getenv("TERM"))
		setenv("TERM", "vt100", 1);
	setenv("ESCDELAY", "200", 0);
	if (!initscr())
		return -1;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	/* Terminals that stay in the other of their two modes. */
	define_key("\033[A", KEY_UP);
	define_key("\033[B", KEY_DOWN);
	define_key("\033[C", KEY_RIGHT);
	define_key("\033[D", KEY_LEFT);
	curs_set(0);
	if (has_colors()) {
		start_color();
		init_pair(BACKGROUND, COLOR_WHITE, COLOR_BLUE);
		init_pair(TITLE, COLOR_WHITE, COLOR_CYAN);
		init_pair(BOX, COLOR_BLACK, COLOR_WHITE);
		init_pair(CHOSEN, COLOR_WHITE, COLOR_BLUE);
		init_pair(WARNING, COLOR_RED, COLOR_WHITE);
	}
	return 0;
}

void ui_close(void)
{
	endwin();
}

void ui_resume(void)
{
	clearok(stdscr, TRUE);
	refresh();
}

/* Blue, with the title above; everything is sent anew: a serial line may have lost some. */
static void frame_draw(const char *title, int lines, bool again)
{
	bkgdset((chtype)(' ' | colour(BACKGROUND)));
	erase();
	clearok(stdscr, !again);
	attrset(colour(TITLE));
	mvhline(0, 0, ' ', COLS);
	mvprintw(0, LEFT, "Socle - %s", title);
	attrset(colour(BOX));
	for (int y = 2; y < 2 + lines; y++)
		mvhline(y, LEFT, ' ', WIDTH);
}

static int text_draw(int y, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		mvprintw(y++, LEFT + 2, "%.*s", WIDTH - 4 < len ? WIDTH - 4 : len, text);
		text += len + (text[len] == '\n');
	}
	return y;
}

static int text_lines(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines + 1;
}

/* ---- rows -------------------------------------------------------------------------------- */

static void input_draw(const struct row *r, bool here)
{
	int room = WIDTH - LABEL - 8, len = (int)strlen(r->text);

	printw("%-*.*s [", LABEL, LABEL, r->label);
	for (int i = 0; i < room; i++) {
		/* The end is what is being written. */
		int at = i + (len >= room ? len - room + 1 : 0);

		addch((chtype)(at >= len ? '_' : r->kind == ROW_SECRET ? '*' : r->text[at]));
	}
	printw("]%s", here ? "<" : " ");
}

static void row_draw(const struct row *r, int y, bool here)
{
	attrset(here ? colour(CHOSEN) | (int)A_BOLD : colour(BOX));
	move(y, LEFT + 2);
	switch (r->kind) {
	case ROW_TEXT:
		attrset(colour(BOX));
		printw("%.*s", WIDTH - 4, r->label);
		break;
	case ROW_ITEM: printw(" %-*.*s", WIDTH - 6, WIDTH - 6, r->label); break;
	case ROW_CHOICE:
		printw("(%c) %-*.*s", *r->value == r->index ? '*' : ' ', WIDTH - 8, WIDTH - 8,
		       r->label);
		break;
	case ROW_CYCLE:
		printw("%-*.*s < %s >", LABEL + 16, LABEL + 16, r->label, r->options[*r->value]);
		break;
	case ROW_INPUT:
	case ROW_SECRET: input_draw(r, here); break;
	}
}

static void input_key(const struct row *r, int key)
{
	size_t len = strlen(r->text);

	if ((key == KEY_BACKSPACE || key == 127 || key == '\b') && len) {
		r->text[len - 1] = '\0';
	} else if (key == 'U' - '@') { /* Ctrl-U, as everywhere */
		r->text[0] = '\0';
	} else if (key >= ' ' && key < 127 && len + 1 < r->room) {
		r->text[len] = (char)key;
		r->text[len + 1] = '\0';
	}
}

/* What a key does to the row that the cursor is on. */
static void row_key(const struct row *r, int key)
{
	switch (r->kind) {
	case ROW_ITEM:
	case ROW_CHOICE:
		if (key == ' ')
			*r->value = r->index;
		break;
	case ROW_CYCLE:
		if (key == ' ' || key == KEY_RIGHT)
			*r->value = (*r->value + 1) % r->nr_options;
		else if (key == KEY_LEFT)
			*r->value = (*r->value + r->nr_options - 1) % r->nr_options;
		break;
	case ROW_INPUT:
	case ROW_SECRET: input_key(r, key); break;
	case ROW_TEXT: break;
	}
}

/* The next row in a direction that the cursor can be on; where it is if there is none. */
static size_t row_next(const struct screen *s, size_t from, int step)
{
	for (size_t i = from + (size_t)step; i < s->nr_rows; i += (size_t)step)
		if (s->rows[i].kind != ROW_TEXT)
			return i;
	return from;
}

static bool is_one_of_several(const struct row *r)
{
	return r->kind == ROW_CHOICE || r->kind == ROW_ITEM;
}

static size_t row_first(const struct screen *s)
{
	for (size_t i = 0; i < s->nr_rows; i++)
		if (is_one_of_several(&s->rows[i]) && *s->rows[i].value == s->rows[i].index)
			return i;
	for (size_t i = 0; i < s->nr_rows; i++)
		if (s->rows[i].kind != ROW_TEXT)
			return i;
	return 0;
}

/* The next row that begins with that letter, around the end. */
static size_t row_by_letter(const struct screen *s, size_t at, int letter)
{
	for (size_t i = 1; i <= s->nr_rows; i++) {
		const struct row *r = &s->rows[(at + i) % s->nr_rows];

		if (is_one_of_several(r) && toupper((unsigned char)*r->label) == toupper(letter))
			return (at + i) % s->nr_rows;
	}
	return at;
}

/* ---- screens ----------------------------------------------------------------------------- */

/* How many rows there is room for. */
static size_t rows_shown(const struct screen *s)
{
	int room = LINES - 4 - (3 + text_lines(s->text) + 1);

	return room < 1 ? 1 : s->nr_rows < (size_t)room ? s->nr_rows : (size_t)room;
}

/* Of rows that do not all have room, those around the one that the cursor is on. */
static void rows_draw(const struct screen *s, size_t at, int y)
{
	size_t shown = rows_shown(s), first = at < shown ? 0 : at - shown + 1;

	for (size_t i = first; i < first + shown; i++)
		row_draw(&s->rows[i], y++, i == at);
	attrset(colour(BOX));
	mvprintw(y, LEFT + WIDTH - 10, "%s",
		 first + shown < s->nr_rows ? "more: Down" : "          ");
}

static void keys_draw(const struct screen *s)
{
	const char *back = s->back ? s->back : "back";

	attrset(colour(TITLE));
	mvhline(LINES - 1, 0, ' ', COLS);
	mvprintw(LINES - 1, LEFT, "Enter: %s%s%s%s", s->next ? s->next : "next",
		 *back ? "   Esc: " : "", back, s->nr_rows ? "   Up, Down, Space: choose" : "");
}

static void screen_draw(const struct screen *s, size_t at, const char *complaint, bool whole)
{
	if (whole)
		frame_draw(s->title, text_lines(s->text) + (int)rows_shown(s) + 3, s->again);
	attrset(colour(s->warning ? WARNING : BOX));
	rows_draw(s, at, text_draw(3, s->text) + 1);
	attrset(colour(BACKGROUND) | (int)A_BOLD);
	mvprintw(LINES - 3, LEFT, "%.*s", WIDTH, complaint);
	keys_draw(s);
	refresh();
}

enum ui_answer ui_ask(const struct screen *s, const char *complaint)
{
	const time_t end = time(NULL) + s->seconds;
	size_t at = row_first(s);
	bool whole = true;

	timeout(s->seconds ? s->seconds * 1000 : -1);
	for (;;) {
		int key;

		screen_draw(s, at, complaint, whole);
		whole = false;
		key = getch();
		switch (key) {
		case '\n':
		case '\r':
		case KEY_ENTER:
			/* Enter on a row means that row. */
			if (s->nr_rows && is_one_of_several(&s->rows[at]))
				row_key(&s->rows[at], ' ');
			return UI_NEXT;
		case KEY_ESCAPE: return UI_BACK;
		/* Without that time being over, the terminal is gone. */
		case ERR: return s->seconds && time(NULL) >= end ? UI_TIMEOUT : UI_BACK;
		case KEY_UP:
		case KEY_BTAB: at = row_next(s, at, -1); break;
		case KEY_DOWN:
		case '\t': at = row_next(s, at, 1); break;
		case KEY_PPAGE:
		case KEY_NPAGE:
			for (int i = 0; i < PAGE; i++)
				at = row_next(s, at, key == KEY_NPAGE ? 1 : -1);
			break;
		case 'L' - '@':
		case KEY_RESIZE: whole = true; break;
		default:
			if (s->nr_rows && is_one_of_several(&s->rows[at]) && key > ' ' && key < 127)
				at = row_by_letter(s, at, key);
			else if (s->nr_rows)
				row_key(&s->rows[at], key);
		}
	}
}

void ui_say(const char *title, const char *text)
{
	frame_draw(title, text_lines(text) + 2, false);
	attrset(colour(BOX));
	text_draw(3, text);
	refresh();
}

/* The end of a log, behind what is done now. */
static void log_draw(const char *log)
{
	attrset(colour(BACKGROUND));
	for (int y = LOG_AT; y < LINES - 2 && *log; y++) {
		int len = (int)strcspn(log, "\n");

		mvprintw(y, LEFT, "%.*s", WIDTH < len ? WIDTH : len, log);
		log += len + (log[len] == '\n');
	}
}

int ui_log_lines(void)
{
	return LINES - 2 - LOG_AT;
}

bool ui_key(char which)
{
	int key;

	timeout(0);
	key = getch();
	return key != ERR && tolower(key) == which;
}

void ui_progress(const char *title, unsigned int percent, const char *now, const char *detail,
		 const char *log)
{
	int done = (int)percent * BAR / 100;

	frame_draw(title, 9, true);
	log_draw(log ? log : "");
	attrset(colour(TITLE));
	mvhline(LINES - 1, 0, ' ', COLS);
	mvprintw(LINES - 1, LEFT, "L: %s", log ? "no log" : "log");
	attrset(colour(BOX));
	mvprintw(4, LEFT + 2, "%-*.*s", WIDTH - 4, WIDTH - 4, now);
	mvprintw(6, LEFT + 2, "[");
	for (int i = 0; i < BAR; i++)
		addch((chtype)(i < done ? '#' : '.'));
	printw("] %3u %%", percent);
	mvprintw(8, LEFT + 2, "%-*.*s", WIDTH - 4, WIDTH - 4, detail);
	refresh();
}
