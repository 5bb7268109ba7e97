// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of xe when something is wrong: one message for the user, the session is closed, and the
 * exit status says whose fault it was.
 */
#ifndef XE_DIE_H
#define XE_DIE_H

enum {
	EXIT_REFUSED = 1, /* the host said no, or what was asked for is not there */
	EXIT_USAGE = 2,   /* the command was written wrong */
	EXIT_NO_HOST = 3, /* no connection, or one that is not trusted */
	EXIT_LOGIN = 4,
};

_Noreturn void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void die_memory(void);

/* What is half made when xe ends like that: undo(ref) is called first. NULL: it is whole. */
void die_undo(void (*undo)(const char *ref), const char *ref);

#endif
