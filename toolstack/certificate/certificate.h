// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parts of host-certificate: making one, judging one that somebody brings, saying what one is.
 * All that is brought is parsed by whoever runs the program: vmd does so as nobody.
 */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include "lib/bytes.h"

#define CERTIFICATE_TEXT (128 * 1024) /* what all its texts may have together */

/* As a message with the library's words; always -1. */
int library_failed(const char *doing, int rc);

/* A key and a certificate signed with it, in one file. */
int certificate_make(const char *path, const char *name);
/*
 * Judges key, certificate and chain on the standard input, whose first line has their lengths. Good
 * ones go to the standard output, as the web server wants them; else a line of an API error's code,
 * its parameters and words, apart by tabs, goes to the standard error.
 */
int certificate_check(void);
/* The first certificate on the standard input: "name value" lines. */
int certificate_describe(void);
/* Whether the web server could start with that file. */
int certificate_loads(const char *path);
/* All of the standard input, with a zero behind it. */
int input_read(struct buf *text);

#endif
