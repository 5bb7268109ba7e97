// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What xe ends in, for tests: die() comes back to the test instead of ending it, calls of the API
 * are answered from a table, and what is printed can be looked at.
 */
#ifndef XE_FAKES_H
#define XE_FAKES_H

#include <jansson.h>
#include <setjmp.h>
#include <stdbool.h>

extern jmp_buf fake_end;
extern int fake_status;       /* of the last die(); 0: there was none */
extern char fake_words[4096]; /* its message */

/* Runs what may fail; true: it failed. */
#define FAILS(what) (fake_status = 0, setjmp(fake_end) ? true : ((what), false))

/* The answer to a method; consumed. All are forgotten by fake_reset. */
void fake_answer(const char *method, json_t *answer);
/* What was called: "Class.method [params]" or "session key=value" on each line. */
const char *fake_calls(void);
void fake_reset(void);

/* From here to fake_printed, the standard output is kept. */
void fake_print(void);
const char *fake_printed(void);

#endif
