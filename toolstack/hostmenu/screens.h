// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The menu's entries. Each asks, has a command of the host do it, and says what became of it.
 */
#ifndef HOSTMENU_SCREENS_H
#define HOSTMENU_SCREENS_H

void screen_network(void);
void screen_vms(void);
void screen_storage(void);
void screen_settings(void); /* password, name, time */
void screen_logs(void);
void screen_upkeep(void); /* versions, report, factory reset */
void screen_shell(void);
void screen_power(void);

#endif
