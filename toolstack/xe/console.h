// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This terminal joined to a VM's text console.
 */
#ifndef XE_CONSOLE_H
#define XE_CONSOLE_H

#include "xe/api.h"

/* Until the user leaves it, or the VM has ended. */
void console_show(struct api *api, const char *vm);

#endif
