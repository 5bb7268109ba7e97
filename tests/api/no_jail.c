// SPDX-License-Identifier: GPL-2.0-or-later
/* The viewer of screens without its jail, for a machine that has not its user (tests/screen.py). */
#include "screen/jail.h"

int jail_enter(const char *name)
{
	(void)name;
	return 0;
}
