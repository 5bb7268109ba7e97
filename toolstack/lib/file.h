// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that change as a whole: who reads one finds what was there before or what was written, also
 * when the power goes. And files that are locks. All return -1 with errno.
 */
#ifndef TOOLSTACK_FILE_H
#define TOOLSTACK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Written beside its place, as ".new.NAME", and moved into it. */
int file_replace(const char *path, const void *data, size_t len, mode_t mode);
/* Gone for good; one that is not there is fine. */
int file_unlink(const char *path);
/* The folder that the file is to be in, and all above it. What cannot be made shows later. */
void file_folders(const char *path);
/* The first line of a small file, such as the kernel's are; false if it cannot be read. */
bool file_line(const char *path, char *line, size_t room);
/*
 * Opened as flags say (O_CREAT: with mode 0600) and locked as how says (LOCK_EX, LOCK_NB and so
 * on), until it is closed or the process ends. EWOULDBLOCK: another has it.
 */
int file_lock(const char *path, int flags, int how);

#endif
