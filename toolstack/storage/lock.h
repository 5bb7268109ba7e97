// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks between processes, in files below STORAGE_RUN that the kernel unlocks when their holder
 * ends: one for each repository, held while it changes, and one for each disk, held while it is
 * being filled (which takes long). Order: repository, then disk; nobody waits for a disk's lock.
 */
#ifndef TOOLSTACK_STORAGE_LOCK_H
#define TOOLSTACK_STORAGE_LOCK_H

#include <stdbool.h>

#include "storage/error.h"

/* Waits for a bounded time. A descriptor, or -1. */
int sr_lock(const char *uuid, struct sr_error *e);
void sr_unlock(int lock);

/* At once: -1 if somebody has it. */
int vdi_lock(const char *uuid, struct sr_error *e);
void vdi_unlock(int lock, const char *uuid);

#endif
