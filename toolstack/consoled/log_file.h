// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One guest's console log, bounded: at LOG_FILE_MAX bytes it becomes <name>.1 and a new one starts.
 */
#ifndef CONSOLED_LOG_FILE_H
#define CONSOLED_LOG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "consoled/history.h"

#define LOG_FILE_MAX (1024 * 1024)

struct log_file {
	int fd; /* -1: could not be opened; what is written is dropped */
	uint64_t size;
	char path[160];
};

/*
 * Appends to an earlier log of the same path. A log that cannot be opened is said once and then
 * done without.
 */
void log_file_open(struct log_file *log, const char *path);
void log_file_write(struct log_file *log, const char *data, size_t len);
void log_file_close(struct log_file *log);
/* Puts the end of such a file into a history. */
void log_file_tail(const char *path, struct history *h);

#endif
