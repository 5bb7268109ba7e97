// SPDX-License-Identifier: GPL-2.0-or-later
/* What a bundle begins with, and lines that should be keys. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "installer/bundle/minisign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t hash[MINISIGN_HASH];
	struct minisign_signature signature;
	struct minisign_public public = { 0 };
	struct minisign_secret secret;
	struct reason why = { "" };
	char *text = calloc(1, size + 1);
	size_t used;

	MUST(text);
	memcpy(text, data, size);
	if (minisign_signature_parse((struct bytes){ data, size }, &signature, &used, &why) == 0) {
		MUST(used <= size && strlen(signature.comment) < MINISIGN_COMMENT);
		minisign_check(&signature, &public, hash);
	} else {
		MUST(why.text[0]);
	}
	minisign_public_parse(text, &public);
	minisign_secret_parse(text, &secret, &why);
	free(text);
	return 0;
}
