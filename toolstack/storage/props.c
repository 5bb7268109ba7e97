// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encoding and finding of key=value entries. No state.
 */
#include "storage/props.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(unsigned char c)
{
	return isalnum(c) || (c && strchr("_+.-/:", c));
}

void prop_append(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "%s=", key);
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		if (is_plain(*c))
			buf_append(b, c, 1);
		else
			buf_printf(b, "&%02X", *c);
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool decode(const char *from, size_t len, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++, n++) {
		char c = from[i];

		if (n + 1 >= room)
			return false;
		if (c == '&') {
			int high = i + 2 < len ? hex_digit(from[i + 1]) : -1;
			int low = i + 2 < len ? hex_digit(from[i + 2]) : -1;

			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (!is_plain((unsigned char)c)) {
			return false;
		}
		out[n] = c;
	}
	out[n] = '\0';
	return true;
}

bool prop_get(const char *text, char separator, const char *key, char *out, size_t room)
{
	size_t key_len = strlen(key);

	while (*text) {
		const char *end = strchr(text, separator);
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (len > key_len && memcmp(text, key, key_len) == 0 && text[key_len] == '=')
			return decode(text + key_len + 1, len - key_len - 1, out, room);
		text += len;
		if (end)
			text++;
	}
	return false;
}

bool prop_get_number(const char *text, char separator, const char *key, uint64_t *out)
{
	char digits[24];
	char *end;

	if (!prop_get(text, separator, key, digits, sizeof(digits)) ||
	    !isdigit((unsigned char)digits[0]) || strlen(digits) > 19)
		return false;
	*out = strtoull(digits, &end, 10);
	return *end == '\0';
}

bool prop_is(const char *text, char separator, const char *key, const char *value)
{
	char found[PROP_TEXT_MAX + 1];

	return prop_get(text, separator, key, found, sizeof(found)) && strcmp(found, value) == 0;
}

bool prop_text_valid(const char *text)
{
	size_t len = 0;

	for (; text[len]; len++)
		if (iscntrl((unsigned char)text[len]))
			return false;
	return len <= PROP_TEXT_MAX;
}
