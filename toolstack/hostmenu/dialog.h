// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all screens of the menu share: asking, telling, doing. When nobody has pressed a key for a
 * while, every question is answered by going back, up to the status page.
 */
#ifndef HOSTMENU_DIALOG_H
#define HOSTMENU_DIALOG_H

#include "installer/ui/ui.h"
#include "lib/bytes.h"

#define SECOND_MS 1000

struct item {
	const char *label;
	void (*run)(void);
};

/* Somebody has logged in; from now on idle time counts. */
void dialog_begin(void);
enum ui_answer dialog_ask(struct screen *s, const char *complaint);
void dialog_say(const char *title, const char *text);
/* A warning, and whether to go on. */
bool dialog_sure(const char *title, const char *text, const char *next);
/*
 * Runs a program and says meanwhile what is done. If it fails, shows what it said last. out may be
 * NULL; it is freed by the caller.
 */
bool dialog_do(const char *title, const char *doing, const char *const argv[], const char *input,
	       int seconds, struct buf *out);
/* One of several, by its number; -1: back. labels that stay with the caller. */
int dialog_choose(const char *title, const char *text, const char *const labels[], size_t nr,
		  size_t *chosen);
/* Items, one after the other, until somebody goes back. */
void dialog_menu(const char *title, const char *text, const struct item *items, size_t nr);

#endif
