// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running a program (lvm, mke2fs, ...) without a shell: an argument vector, an environment of our
 * own, its output in a buffer, a bounded time after which its whole process group is killed.
 */
#ifndef TOOLSTACK_STORAGE_PROGRAM_H
#define TOOLSTACK_STORAGE_PROGRAM_H

#include "lib/bytes.h"
#include "storage/error.h"

#define PROGRAM_TIMEOUT      120 /* seconds, for what should take one */
#define PROGRAM_TIMEOUT_LONG 3600

/*
 * argv[0] is looked for in the usual places and argv ends with NULL. What it writes to its standard
 * output is appended to out, if that is not NULL. Returns 0 if it ends with status 0; else -1 with
 * what it said on standard error, the code being ERR_BACKEND.
 */
int program_run(const char *const argv[], unsigned int seconds, struct buf *out,
		struct sr_error *e);
/* The same; status is what it ended with, or -1 if it did not end by itself. */
int program_status(const char *const argv[], unsigned int seconds, struct buf *out, int *status,
		   struct sr_error *e);
bool program_exists(const char *name);

#endif
