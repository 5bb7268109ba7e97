// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two checksums of an XVA's blocks, as text.
 */
#ifndef TRANSFER_XVA_SUM_H
#define TRANSFER_XVA_SUM_H

#include <stddef.h>

#define XVA_SHA1_TEXT   40
#define XVA_XXHASH_TEXT 16

void xva_sha1(const void *data, size_t len, char text[XVA_SHA1_TEXT + 1]);
void xva_xxhash(const void *data, size_t len, char text[XVA_XXHASH_TEXT + 1]);

#endif
