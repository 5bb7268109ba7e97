// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One table for both ways.
 */
#include "xenstore/escape.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char letters[] = "ntr\\";
static const char meanings[] = "\n\t\r\\";

void escape(struct buf *text, const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		const char *special = c ? strchr(meanings, c) : NULL;

		if (special)
			buf_printf(text, "\\%c", letters[special - meanings]);
		else if (c >= ' ' && c <= '~')
			buf_append(text, value + i, 1);
		else
			buf_printf(text, "\\x%02x", c);
	}
}

static bool hex_pair(const char *text, char *c)
{
	unsigned int value;

	if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
		return false;
	sscanf(text, "%2x", &value);
	*c = (char)value;
	return true;
}

void unescape(struct buf *value, const char *text)
{
	while (*text) {
		const char *special = text[0] == '\\' && text[1] ? strchr(letters, text[1]) : NULL;
		char c = *text;

		if (special) {
			c = meanings[special - letters];
			text += 2;
		} else if (text[0] == '\\' && text[1] == 'x' && hex_pair(text + 2, &c)) {
			text += 4;
		} else {
			text++;
		}
		buf_append(value, &c, 1);
	}
}
