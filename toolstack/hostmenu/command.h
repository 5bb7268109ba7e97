// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs that the menu is made of: xe, network, storage, host-upgrade and so on. They are
 * started without a shell and found by PATH.
 */
#ifndef HOSTMENU_COMMAND_H
#define HOSTMENU_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

#define FIELDS      8
#define FIELD_TEXT  160
#define RECORDS_MAX 500

/*
 * What it prints, errors as well, is appended to out, as text that a terminal can show (at most 1
 * MB of it). input is its standard input, or NULL. Its exit status; -1: it was not started, or was
 * ended after ms.
 */
int command_run(const char *const argv[], const char *input, int64_t ms, struct buf *out);
/* Alone on the terminal until it ends: a pager, a console, a shell. */
void command_show(const char *const argv[]);

/* What `xe ...-list params=a,b` says of one object, in the order of the fields asked for. */
struct record {
	char value[FIELDS][FIELD_TEXT];
};

/* fields ends with NULL. How many there are in text; those beyond max are left out. */
size_t records_parse(const char *text, const char *const fields[], struct record *records,
		     size_t max);
/* Control characters and what is not ASCII become '?', line feeds stay. */
void text_make_plain(char *text);

#endif
