// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * key=value texts: what LVM tags ("a=1,b=2") and the files beside raw disks (a line each) say. One
 * encoding serves both: letters, digits and _+.-/: stand for themselves, every other byte is &HH,
 * which is within what LVM allows in a tag. What was read may be hostile: a value that is too long
 * or badly encoded is as if it were not there.
 */
#ifndef TOOLSTACK_STORAGE_PROPS_H
#define TOOLSTACK_STORAGE_PROPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

/* The longest text that fits into one LVM tag (1024) with any key of ours, however encoded. */
#define PROP_TEXT_MAX 320

/* Appends key=value, encoded, without a separator. */
void prop_append(struct buf *b, const char *key, const char *value);
/* The value of key in a text whose entries end at separator; false if it is not (well) there. */
bool prop_get(const char *text, char separator, const char *key, char *out, size_t room);
bool prop_get_number(const char *text, char separator, const char *key, uint64_t *out);
/* Is there an entry key=value? */
bool prop_is(const char *text, char separator, const char *key, const char *value);

/* A name or description that can be kept: no control characters, not too long. */
bool prop_text_valid(const char *text);

#endif
