// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line that is to be a public key, of any bytes: one that is taken is a single line, and itself.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "vmd/ssh_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct reason why = { "" };

	MUST(line);
	memcpy(line, data, size);
	line[size] = '\0';
	if (ssh_key_check(line, &why) == 0) {
		MUST(!strpbrk(line, "\r\n"));
		MUST(ssh_key_same(line, line));
	} else {
		MUST(why.text[0]);
	}
	free(line);
	return 0;
}
