// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel modules on demand.
 */
#ifndef DEVICES_MODULE_H
#define DEVICES_MODULE_H

#include "lib/log.h"

/*
 * Loads a module unless the path, which is what it brings, is there. parameters: "name=value", at
 * most MODULE_PARAMETERS, or NULL. Returns -1 with the reason.
 */
#define MODULE_PARAMETERS 2
int module_load(const char *name, const char *const *parameters, const char *path,
		struct reason *why);

#endif
