// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UUIDs of domains.
 */
#ifndef TOOLSTACK_UUID_H
#define TOOLSTACK_UUID_H

#include <stdbool.h>
#include <stdint.h>

#define UUID_TEXT 37 /* with the terminator */

/* A random one (version 4). */
int uuid_generate(uint8_t uuid[16]);
bool uuid_parse(const char *text, uint8_t uuid[16]);
void uuid_format(const uint8_t uuid[16], char text[UUID_TEXT]);
/* Whether the text is what uuid_format makes of it. */
bool uuid_reads(const uint8_t uuid[16], const char *text);

#endif
