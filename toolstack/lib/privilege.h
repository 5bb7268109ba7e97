// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef TOOLSTACK_PRIVILEGE_H
#define TOOLSTACK_PRIVILEGE_H

#include <pwd.h>

/* For good; NULL: nothing to do. Logs why and returns -1 when it cannot: then go no further. */
int privilege_drop(const struct passwd *user);

#endif
