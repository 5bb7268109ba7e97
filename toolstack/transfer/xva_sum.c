// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHA-1 from the TLS library, XXH64 from its own header.
 */
#include "transfer/xva_sum.h"

#include <mbedtls/md.h>
#include <stdio.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

void xva_sha1(const void *data, size_t len, char text[XVA_SHA1_TEXT + 1])
{
	unsigned char sum[XVA_SHA1_TEXT / 2] = { 0 };

	mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), data, len, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		sprintf(text + 2 * i, "%02x", sum[i]);
}

void xva_xxhash(const void *data, size_t len, char text[XVA_XXHASH_TEXT + 1])
{
	sprintf(text, "%016llx", (unsigned long long)XXH64(data, len, 0));
}
