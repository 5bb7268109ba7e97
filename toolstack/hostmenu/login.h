// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is at the console: nobody, until root's password was said; and nobody again after a while
 * without a key.
 */
#ifndef HOSTMENU_LOGIN_H
#define HOSTMENU_LOGIN_H

#include <stdbool.h>

#define LOGIN_IDLE_SECONDS 300

/* Is it root's password? True without asking where root has none (the live system). */
bool login_password_right(const char *password);
bool login_password_needed(void);

#endif
