// SPDX-License-Identifier: GPL-2.0-or-later
/* Disks and streams as files without names, and the few things that every test does with them. */
#ifndef TEST_TRANSFER_FILES_H
#define TEST_TRANSFER_FILES_H

#include "../toolstack/test.h"
#include "transfer/disk.h"
#include "transfer/stream.h"

/* Of so many zeroes. */
int file_new(uint64_t size);
/* What is in a file, or a part of it; the caller frees. */
uint8_t *file_bytes(int fd, size_t *len);
int file_of(const void *data, size_t len);
uint64_t file_size(int fd);
/* Data that does not compress well, other for each seed. */
void noise_put(int fd, uint64_t at, size_t len, unsigned int seed);
void assert_same_files(int a, int b);
/* Opens what a file holds as a stream from its beginning. */
struct source *source_of(int fd);
struct sink *sink_to(int fd, enum packing packing);

#endif
