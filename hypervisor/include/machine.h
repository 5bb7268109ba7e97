// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of everything: the three ways a machine stops. None returns, none takes a lock. */
#ifndef SOCLE_MACHINE_H
#define SOCLE_MACHINE_H

#include "types.h"

/* ACPI reset register, keyboard controller, port 0xcf9, triple fault: the first that works. */
noreturn_fn void machine_reboot(void);
/* ACPI S5; halts when there is no such thing. */
noreturn_fn void machine_poweroff(void);
/* Writes the sleep values to PM1a and PM1b; returns when the machine does not obey. */
void machine_enter_sleep(uint16_t pm1a_value, uint16_t pm1b_value);
/* Stops every CPU, with interrupts off. */
noreturn_fn void machine_halt(void);

/* An emulator by its firmware: its processor may need care that real ones do not. */
bool machine_is_bochs(void);
/* For a panic: the other CPUs halt for good, soon; return addresses on this stack into the log. */
void machine_stop_others(void);
void machine_back_trace(void);

#endif
