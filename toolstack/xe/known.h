// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The certificates of hosts that were seen before, in ~/.xe-known: a host on a line, "HOST:PORT
 * FINGERPRINT".
 */
#ifndef XE_KNOWN_H
#define XE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

#define FINGERPRINT_LEN 95 /* 32 bytes as "AB:CD:..." */

enum known { KNOWN_SAME, KNOWN_OTHER, KNOWN_NOT };

/* Two fingerprints are the same whatever their case and colons. */
bool fingerprint_same(const char *a, const char *b);
/* What a file's text says of a host. */
enum known known_find(const char *text, const char *host, const char *fingerprint);
/* The same of the user's file; and a new line in it. False with errno. */
enum known known_look(const char *host, const char *fingerprint);
bool known_add(const char *host, const char *fingerprint);

#endif
