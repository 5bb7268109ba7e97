// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words of a configuration text. No state.
 */
#include "devices/config_words.h"

#include <ctype.h>
#include <string.h>

char *config_trim(char *word)
{
	size_t len;

	word += strspn(word, " \t");
	len = strlen(word);
	while (len && (word[len - 1] == ' ' || word[len - 1] == '\t'))
		word[--len] = '\0';
	return word;
}

bool config_is_plain(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) && *text != '\t')
			return false;
	return true;
}
