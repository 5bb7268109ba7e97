// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The syntax of xl.cfg: lines of `key = value`, where a value is a quoted string, a number, or a
 * list of values in brackets; `+=` adds to an earlier string or list; # starts a comment; a list
 * may run over several lines. What keys mean is not known here. Fuzz entry point: config_parse()
 * with any bytes.
 */
#ifndef TOOLSTACK_CONFIG_H
#define TOOLSTACK_CONFIG_H

#include "lib/bytes.h"
#include "lib/log.h"

enum config_type { CONFIG_STRING, CONFIG_NUMBER, CONFIG_LIST };

struct config_value {
	enum config_type type;
	unsigned int line;
	char *text; /* CONFIG_STRING; no control characters in it */
	long long number;
	struct config_value *items; /* CONFIG_LIST */
	size_t nr_items;
};

struct config_entry {
	char *key;
	struct config_value value;
	const char *source; /* for messages: the file, or "command line" */
	bool used;          /* config_find() has returned it */
};

struct config {
	struct config_entry *entries; /* one per key; a later setting replaces an earlier one */
	size_t nr_entries;
};

/*
 * Adds what a text says. source must live as long as the config. With bare, a value may be a word
 * without quotes: on the command line the shell has eaten them. Returns -1 with file, line, word
 * and expectation.
 */
int config_parse(struct config *c, const char *source, struct bytes text, bool bare,
		 struct reason *why);
/*
 * The same settings as text, one to a line, that config_parse() takes. A string that holds both
 * kinds of quotes cannot be written; then b->failed.
 */
void config_format(const struct config *c, struct buf *b);
void config_free(struct config *c);

/* NULL if the key is not set. Marks it as used. */
struct config_entry *config_find(struct config *c, const char *key);

#endif
