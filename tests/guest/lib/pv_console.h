// SPDX-License-Identifier: GPL-2.0-or-later
/* The console that a guest's builder made: its ring, for what print says. */
#ifndef GUEST_PV_CONSOLE_H
#define GUEST_PV_CONSOLE_H

/* From now on print writes there, too. Drops what does not fit when nobody reads for a second. */
void pv_console_init(void);

#endif
