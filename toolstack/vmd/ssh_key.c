// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A key is base64 of strings with their lengths in front (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709,
 * 4). See ssh_key.h.
 */
#include "vmd/ssh_key.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "lib/bytes.h"

#define RSA_BITS 2048

static const struct type {
	const char *name, *curve;
	size_t len; /* of the key itself; 0: a number */
} types[] = {
	{ "ssh-ed25519", NULL, 32 },
	{ "ecdsa-sha2-nistp256", "nistp256", 65 },
	{ "ecdsa-sha2-nistp384", "nistp384", 97 },
	{ "ecdsa-sha2-nistp521", "nistp521", 133 },
	{ "ssh-rsa", NULL, 0 },
};

static const struct type *type_find(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].name) == len && memcmp(types[i].name, text, len) == 0)
			return &types[i];
	return NULL;
}

/* ---- base64 ------------------------------------------------------------------------------ */

static int digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Its length; 0: it is none. */
static size_t base64_read(const char *text, size_t len, uint8_t *data)
{
	uint32_t bits = 0;
	size_t nr = 0, digits = len;

	while (digits && text[digits - 1] == '=')
		digits--;
	if (len % 4 || len - digits > 2)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		int d = digit(text[i]);

		if (d < 0)
			return 0;
		bits = (bits << 6 | (uint32_t)d) & 0xffffff;
		if (i % 4)
			data[nr++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	return nr;
}

/* ---- what is in it ----------------------------------------------------------------------- */

/* The next string of b, which then begins behind it. */
static bool string_take(struct bytes *b, struct bytes *s)
{
	uint8_t len[4];
	uint32_t n;

	if (!bytes_read(*b, 0, len, 4))
		return false;
	n = (uint32_t)len[0] << 24 | (uint32_t)len[1] << 16 | (uint32_t)len[2] << 8 | len[3];
	return bytes_part(*b, 4, n, s) && bytes_part(*b, 4 + (uint64_t)n, b->len - 4 - n, b);
}

static bool string_is(struct bytes s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

static int rsa_check(struct bytes b, struct reason *why)
{
	struct bytes e, n;

	if (!string_take(&b, &e) || !string_take(&b, &n) || b.len || !e.len)
		return reason_set(why, "the key is damaged");
	while (n.len && n.data[0] == 0)
		bytes_part(n, 1, n.len - 1, &n);
	/* One whose first bit is not set is a bit or more shorter. */
	if (n.len < RSA_BITS / 8 || (n.len == RSA_BITS / 8 && n.data[0] < 0x80))
		return reason_set(why, "an RSA key of less than %d bits", RSA_BITS);
	return 0;
}

static int key_check(const struct type *t, struct bytes b, struct reason *why)
{
	struct bytes s;

	if (!string_take(&b, &s) || !string_is(s, t->name))
		return reason_set(why, "the key is not of the type in front of it");
	if (!t->len)
		return rsa_check(b, why);
	if (t->curve && (!string_take(&b, &s) || !string_is(s, t->curve)))
		return reason_set(why, "the key is of another curve");
	if (!string_take(&b, &s) || s.len != t->len || b.len)
		return reason_set(why, "the key is damaged");
	return 0;
}

/* ---- lines ------------------------------------------------------------------------------- */

/* The word behind a type: the key's text. NULL: there is none. Options may stand in front. */
static const char *blob_find(const char *line, size_t *len)
{
	for (const char *at = line; *at;) {
		size_t word = strcspn(at, " \t");

		if (type_find(at, word)) {
			at += word;
			at += strspn(at, " \t");
			*len = strcspn(at, " \t\r\n");
			return *len ? at : NULL;
		}
		at += word;
		at += strspn(at, " \t");
	}
	return NULL;
}

bool ssh_key_same(const char *a, const char *b)
{
	size_t len_a = 0, len_b = 0;
	const char *key_a = blob_find(a, &len_a), *key_b = blob_find(b, &len_b);

	return key_a && key_b && len_a == len_b && memcmp(key_a, key_b, len_a) == 0;
}

int ssh_key_check(const char *line, struct reason *why)
{
	const struct type *t = type_find(line, strcspn(line, " "));
	uint8_t data[SSH_KEY_LINE];
	const char *blob;
	size_t len, nr;

	if (strlen(line) >= SSH_KEY_LINE)
		return reason_set(why, "longer than %d bytes", SSH_KEY_LINE - 1);
	for (const char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			return reason_set(why, "has control characters");
	if (!t)
		return reason_set(why, "expected a line that begins with ssh-ed25519, "
				       "ecdsa-sha2-nistp256, -384, -521 or ssh-rsa");
	blob = blob_find(line, &len);
	nr = blob ? base64_read(blob, len, data) : 0;
	if (!nr)
		return reason_set(why, "the key is not base64");
	return key_check(t, (struct bytes){ data, nr }, why);
}
