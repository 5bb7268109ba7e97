// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory files. */
#include "files.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int file_new(uint64_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

uint64_t file_size(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint64_t)st.st_size;
}

uint8_t *file_bytes(int fd, size_t *len)
{
	uint8_t *data;

	*len = (size_t)file_size(fd);
	data = malloc(*len + 1);
	assert_non_null(data);
	assert_int_equal(pread(fd, data, *len, 0), *len);
	return data;
}

int file_of(const void *data, size_t len)
{
	int fd = file_new(0);

	assert_int_equal(pwrite(fd, data, len, 0), len);
	return fd;
}

void noise_put(int fd, uint64_t at, size_t len, unsigned int seed)
{
	uint8_t *data = malloc(len);
	uint64_t x = seed * 0x9e3779b97f4a7c15ull + 1;

	assert_non_null(data);
	for (size_t i = 0; i < len; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		data[i] = (uint8_t)(x >> 56);
	}
	assert_int_equal(pwrite(fd, data, len, (off_t)at), len);
	free(data);
}

void assert_same_files(int a, int b)
{
	size_t len_a, len_b;
	uint8_t *x = file_bytes(a, &len_a), *y = file_bytes(b, &len_b);

	assert_int_equal(len_a, len_b);
	assert_memory_equal(x, y, len_a);
	free(x);
	free(y);
}

struct source *source_of(int fd)
{
	const struct source_input input = { .fd = fd, .len = SOURCE_UNKNOWN };
	struct reason why;
	struct source *s;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	s = source_open(&input, &why);
	assert_non_null(s);
	return s;
}

struct sink *sink_to(int fd, enum packing packing)
{
	struct reason why;
	struct sink *s = sink_open(fd, packing, &why);

	assert_non_null(s);
	return s;
}
