// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Owns the two large pieces of memory that loading a kernel takes: the file, mapped rather than
 * read, because the control domain is small and often has it in memory already; and what it
 * unpacks to. A file that its owner truncates meanwhile ends xl with SIGBUS: at this point there
 * is no domain yet to be left behind.
 */
#include "builder/kernel_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/bzimage.h"
#include "lib/own_memory.h"

#define KERNEL_MAX_FILE (512UL << 20)
#define HUGE_PAGE       (2UL << 20)
#define GZIP_TRAILER    8u /* checksum and length */

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

static int file_load(const char *path, struct bytes *file, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;
	int rc = -1;

	if (fd < 0)
		return reason_set(why, "%s", strerror(errno));
	if (fstat(fd, &st) < 0) {
		reason_errno(why, "fstat");
	} else if (!S_ISREG(st.st_mode)) {
		reason_set(why, "not a regular file");
	} else if (st.st_size == 0 || (uint64_t)st.st_size > KERNEL_MAX_FILE) {
		reason_set(why, "%lld bytes are no kernel", (long long)st.st_size);
	} else if ((p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0)) ==
		   MAP_FAILED) {
		reason_errno(why, "mapping %lld bytes", (long long)st.st_size);
	} else {
		file->data = p;
		file->len = st.st_size;
		rc = 0;
	}
	close(fd);
	return rc;
}

/* A control domain that runs out of memory loses some daemon or other: it is better to say no. */
static int kernel_make_room(struct kernel_image *img, size_t len, struct reason *why)
{
	uint64_t available = memory_available();

	if (len > available)
		return reason_set(why, "unpacks to %zu MiB, the control domain has %llu MiB free",
				  len >> 20, (unsigned long long)available >> 20);
	img->memory_len = round_huge(len);
	img->memory = memory_map(img->memory_len);
	if (!img->memory)
		return reason_errno(why, "memory for %zu bytes", len);
	return 0;
}

/* An ELF file in a gzip stream, which ends with its length: as small kernels (GRUB) are kept. */
static bool gzip_detect(struct bytes file)
{
	return file.len > GZIP_TRAILER && packing_detect(file) == PACKING_GZIP;
}

static void gzip_describe(struct bytes file, struct bzimage *img)
{
	uint32_t len;

	memcpy(&len, file.data + file.len - sizeof(len), sizeof(len));
	*img = (struct bzimage){ .payload = file, .packing = PACKING_GZIP, .unpacked_len = len };
}

/* Gives the file's mapping back, whatever happens; the image then owns the unpacked one. */
static int kernel_unpack(struct kernel_image *img, struct bytes file, struct reason *why)
{
	struct bzimage bz;
	size_t len = 0;
	int rc = -1;

	if (gzip_detect(file))
		gzip_describe(file, &bz);
	else if (bzimage_parse(file, &bz, why) < 0)
		goto out;
	img->packing = bz.packing;
	rc = kernel_make_room(img, bz.unpacked_len, why);
	if (rc == 0)
		rc = unpack(bz.packing, bz.payload, img->memory, bz.unpacked_len, &len, why);
	if (rc == 0 && len != bz.unpacked_len)
		rc = reason_set(why, "unpacked %zu bytes, the file says %zu", len, bz.unpacked_len);
out:
	munmap((void *)file.data, file.len);
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
	if (bzimage_detect(file) || gzip_detect(file)) {
		rc = kernel_unpack(img, file, &inner);
	} else {
		img->memory = (uint8_t *)file.data;
		img->memory_len = file.len;
		rc = elf_image_detect(file)
			     ? elf_image_parse(file, &img->elf, &inner)
			     : reason_set(&inner,
					  "neither a bzImage nor an ELF file, nor one in gzip");
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
