// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of a host's backup (`xe host-backup`): what each is called in it, where its place on
 * the host is, and whose it is there. Names come from foreign archives: what is not listed has no
 * place.
 */
#ifndef TOOLSTACK_STATE_FILES_H
#define TOOLSTACK_STATE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STATE_FILE_PATH    160
#define STATE_FILE_STORAGE "storage/" /* UUID.sr: a repository's entry */

struct state_file {
	const char *name, *path;
	mode_t mode;
	const char *owner; /* NULL: root */
};

/* Those that have one name everywhere. */
extern const struct state_file state_files[];
extern const size_t nr_state_files;

/* Where a name belongs; path is filled. False: it is no part of the host's state. */
bool state_file_find(const char *name, struct state_file *f, char path[STATE_FILE_PATH]);

#endif
