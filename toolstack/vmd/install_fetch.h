// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm.start with an installer: its kernel and its ramdisk come from a repository, are used for the
 * VM's first boot, and go again.
 */
#ifndef VMD_INSTALL_FETCH_H
#define VMD_INSTALL_FETCH_H

#include "vmd/call.h"

/*
 * If the call has such an argument, its kernel, ramdisk and cmdline are the installer's from here
 * on. -1: the call has failed, and nothing is left.
 */
int install_prepare(struct call *c);
/* When the domain has been built, or not. */
void install_finish(struct call *c);

#endif
