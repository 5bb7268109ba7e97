// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where text leaves the machine and where typed text enters it: sinks (serial line, screen)
 * registered by drivers, and the input ring that domain 0 reads. log.h is about the hypervisor's
 * own messages.
 */
#ifndef SOCLE_CONSOLE_H
#define SOCLE_CONSOLE_H

#include "types.h"

struct domain;

struct console_sink {
	/* Text with bare newlines; the console lock is held, but for a panic. */
	void (*write)(const char *s, size_t len);
	struct console_sink *next; /* console's own; console lock */
};

/* The sink is first given everything that the log ring holds. Registering twice does nothing. */
void console_register(struct console_sink *sink);
void console_unregister(struct console_sink *sink);

/* From a driver: characters typed. Those that find the ring full are lost. Tells domain 0. */
void console_receive(const char *s, size_t len);

/* CONSOLEIO_write of a domain that is not domain 0: whole lines go into the log at debug level. */
void console_guest_write(struct domain *d, const char *s, size_t len);

/* CONSOLEIO_write of domain 0 and CONSOLEIO_read: console_write, console_input in hypercall.h. */

/* --- the two drivers (x86/) ------------------------------------------------------------------- */

/*
 * baud 0 leaves the line as the firmware set it. False, and nothing is used, when there is no UART
 * at the port. Once the caller has routed the UART's interrupt: uart_enable_interrupt; until then
 * (or for want of an interrupt) uart_interrupt may be polled.
 */
bool uart_init(uint16_t port, uint32_t baud);
void uart_enable_interrupt(void);
void uart_interrupt(void);

struct boot_screen;
void screen_init(const struct boot_screen *screen); /* as the boot loader left it */
void screen_release(void);                          /* domain 0 takes it */

#endif
