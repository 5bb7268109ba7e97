// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copying disks as streams of raw bytes. What reads as zeroes is not written where the target is
 * new and reads as zeroes anyway, and holes of a file are not even read. Memory stays small: what
 * is written is flushed and dropped from the cache as it goes.
 */
#ifndef TOOLSTACK_STORAGE_STREAM_H
#define TOOLSTACK_STORAGE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/error.h"

/*
 * Exactly size bytes from in to out; a stream that ends before is refused. With sparse, out is
 * positioned and zeroes are skipped. What is written is on disk when it returns (if out is one).
 */
int stream_copy(int in, int out, uint64_t size, bool sparse, struct sr_error *e);
/* Who has set it is told how much of a copy is done, 0 to 1, now and then. */
extern void (*stream_progress)(double done);
/* Refused if there is more to read. */
int stream_ends(int in, uint64_t size, struct sr_error *e);

#endif
