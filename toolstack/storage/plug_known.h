// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plugging what this host knows after it has started: each repository in a process of its own, so
 * that one whose server is silent keeps neither the others waiting nor the start.
 */
#ifndef TOOLSTACK_STORAGE_PLUG_KNOWN_H
#define TOOLSTACK_STORAGE_PLUG_KNOWN_H

#include <stddef.h>

#include "storage/sr.h"

/*
 * Called every few seconds with all that are known: begins with those that were neither plugged nor
 * unplugged yet, and tries again, less and less often, what did not succeed. Never waits.
 */
void plug_known(const struct sr *list, size_t nr);

#endif
