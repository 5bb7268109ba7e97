// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Owns the two large pieces of memory that loading a kernel takes: the file, given back as soon as it is
 * unpacked, and the ELF file. The file is read rather than mapped, so that one which shrinks meanwhile is
 * an error and not a signal.
 */
#include "builder/kernel_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/bzimage.h"

#define KERNEL_MAX_FILE (512UL << 20)
#define HUGE_PAGE       (2UL << 20)

/* Large pages where there are any: page faults are what large buffers cost in a virtual machine. */
static uint8_t *memory_map(size_t len)
{
	uint8_t *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, len, MADV_HUGEPAGE);
	return p;
}

static size_t round_huge(size_t len)
{
	return (len + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}

static int file_read(int fd, uint8_t *to, size_t len, struct reason *why)
{
	for (size_t done = 0; done < len;) {
		ssize_t got = read(fd, to + done, len - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return reason_errno(why, "reading");
		if (got == 0)
			return reason_set(why, "ended after %zu of %zu bytes", done, len);
		done += got;
	}
	return 0;
}

static int file_load(const char *path, struct bytes *file, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *p;
	int rc = -1;

	if (fd < 0)
		return reason_set(why, "%s", strerror(errno));
	if (fstat(fd, &st) < 0) {
		reason_errno(why, "fstat");
	} else if (!S_ISREG(st.st_mode)) {
		reason_set(why, "not a regular file");
	} else if (st.st_size == 0 || (uint64_t)st.st_size > KERNEL_MAX_FILE) {
		reason_set(why, "%lld bytes are no kernel", (long long)st.st_size);
	} else if (!(p = memory_map(round_huge(st.st_size)))) {
		reason_errno(why, "memory for %lld bytes", (long long)st.st_size);
	} else if (file_read(fd, p, st.st_size, why) < 0) {
		munmap(p, round_huge(st.st_size));
	} else {
		file->data = p;
		file->len = st.st_size;
		rc = 0;
	}
	close(fd);
	return rc;
}

/* Gives the file's memory back, whatever happens; the image then owns the unpacked one. */
static int kernel_unpack(struct kernel_image *img, struct bytes file, struct reason *why)
{
	struct bzimage bz;
	size_t len = 0;
	int rc = -1;

	if (bzimage_parse(file, &bz, why) < 0)
		goto out;
	img->packing = bz.packing;
	img->memory_len = round_huge(bz.unpacked_len);
	img->memory = memory_map(img->memory_len);
	if (!img->memory)
		reason_errno(why, "memory for %zu bytes", bz.unpacked_len);
	else
		rc = unpack(bz.packing, bz.payload, img->memory, bz.unpacked_len, &len, why);
	if (rc == 0 && len != bz.unpacked_len)
		rc = reason_set(why, "bzImage: unpacked %zu bytes, the image says %zu", len,
				bz.unpacked_len);
out:
	munmap((void *)file.data, round_huge(file.len));
	if (rc == 0)
		rc = elf_image_parse((struct bytes){ img->memory, len }, &img->elf, why);
	return rc;
}

int kernel_image_load(struct kernel_image *img, const char *path, struct reason *why)
{
	struct reason inner;
	struct bytes file;
	int rc;

	memset(img, 0, sizeof(*img));
	if (file_load(path, &file, &inner) < 0)
		return reason_set(why, "%s: %s", path, inner.text);
	if (bzimage_detect(file)) {
		rc = kernel_unpack(img, file, &inner);
	} else {
		img->memory = (uint8_t *)file.data;
		img->memory_len = round_huge(file.len);
		rc = elf_image_detect(file) ? elf_image_parse(file, &img->elf, &inner) :
			reason_set(&inner, "neither a bzImage nor an ELF file");
	}
	if (rc == 0)
		return 0;
	kernel_image_free(img);
	return reason_set(why, "%s: %s", path, inner.text);
}

void kernel_image_free(struct kernel_image *img)
{
	if (img->memory)
		munmap(img->memory, img->memory_len);
	img->memory = NULL;
}
