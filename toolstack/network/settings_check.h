// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must hold between the lines of network.conf: names, addresses, gateways.
 */
#ifndef NETWORK_SETTINGS_CHECK_H
#define NETWORK_SETTINGS_CHECK_H

#include "network/settings.h"

/* Returns -1 with file and line of the later of two settings that contradict each other. */
int settings_check(const struct settings *s, struct reason *why);

#endif
