// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the texts of disk= and vif= have in common, whatever their words mean.
 */
#ifndef DEVICES_CONFIG_WORDS_H
#define DEVICES_CONFIG_WORDS_H

#include <stdbool.h>

/* Without blanks at either end; in place. */
char *config_trim(char *word);
/* A text with control characters other than tabs is no configuration. */
bool config_is_plain(const char *text);

#endif
