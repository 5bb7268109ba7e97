// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The folder with the memory of suspended VMs: UUID.save is complete, UUID.save.part is being
 * written by who holds its lock, or was left behind by one that was killed.
 */
#ifndef VMD_SAVED_FILES_H
#define VMD_SAVED_FILES_H

/* Tells of each that is complete; what was left behind is removed. A folder may not be there. */
void saved_files_each(const char *folder, void (*tell)(void *arg, const char *uuid), void *arg);

/* A VM has started: what there is of it is its past, and must never be resumed. */
void saved_files_forget(const char *folder, const char *uuid);

#endif
