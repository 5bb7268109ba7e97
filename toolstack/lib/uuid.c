// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text form: 8-4-4-4-12 hexadecimal digits.
 */
#include "lib/uuid.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int uuid_generate(uint8_t uuid[16])
{
	if (getrandom(uuid, 16, 0) != 16)
		return -1;
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	return 0;
}

bool uuid_parse(const char *text, uint8_t uuid[16])
{
	unsigned int n = 0;

	if (strlen(text) != UUID_TEXT - 1)
		return false;
	for (unsigned int i = 0; i < UUID_TEXT - 1;) {
		char pair[3] = { text[i], text[i + 1], 0 };

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i++] != '-')
				return false;
			continue;
		}
		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
			return false;
		uuid[n++] = (uint8_t)strtoul(pair, NULL, 16);
		i += 2;
	}
	return n == 16;
}

void uuid_format(const uint8_t u[16], char text[UUID_TEXT])
{
	snprintf(text, UUID_TEXT,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
		 u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
		 u[15]);
}

bool uuid_reads(const uint8_t uuid[16], const char *text)
{
	char own[UUID_TEXT];

	uuid_format(uuid, own);
	return strcmp(own, text) == 0;
}
