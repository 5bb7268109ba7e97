// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer file of one setting a line: a name, blanks, its value up to the end of the line. Lines
 * that network.conf has are taken as they are; all others stand there as empty ones, so that a
 * mistake in them has the line that it has here.
 */
#include "installer/answers/answers.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAX_LINE 4096

/* The words that begin a line in network.conf. */
static bool is_network(const char *name)
{
	static const char *const words[] = {
		"automatic", "network", "bond", "nic", "vlan", "mtu",  "address",
		"gateway",   "route",   "dns",  "nat", "nics", "mode",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return false;
}

/* Cuts white space off at both ends. */
static char *trimmed(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int line_take(struct answers *a, char *line, bool *seen_network, struct reason *why)
{
	char *name = trimmed(line), *value = name + strcspn(name, " \t");
	char whole[MAX_LINE];

	if (!*name || *name == '#') {
		buf_append(&a->network, "\n", 1);
		return 0;
	}
	snprintf(whole, sizeof(whole), "%s\n", name);
	if (*value)
		*value++ = '\0';
	if (is_network(name)) {
		*seen_network = true;
		buf_append(&a->network, whole, strlen(whole));
		return 0;
	}
	buf_append(&a->network, "\n", 1);
	return answers_set(a, name, trimmed(value), why);
}

int answers_parse_text(struct answers *a, const char *text, size_t len, struct reason *why)
{
	const char *end = text + len;
	struct reason detail = { "" };
	bool seen_network = false;
	unsigned int number = 0;
	char line[MAX_LINE - 1];

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);

		number++;
		if (n >= sizeof(line) || memchr(text, '\0', n))
			return reason_set(why, ANSWERS_SOURCE ":%u: not a line of text", number);
		memcpy(line, text, n);
		line[n] = '\0';
		if (line_take(a, line, &seen_network, &detail) < 0)
			return reason_set(why, ANSWERS_SOURCE ":%u: %s", number, detail.text);
		text = eol ? eol + 1 : end;
	}
	if (!seen_network)
		buf_free(&a->network);
	return 0;
}
