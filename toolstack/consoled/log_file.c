// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes go straight to the file: a console is slow, and its last lines are what one wants after
 * a crash.
 */
#include "consoled/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"

void log_file_open(struct log_file *log, const char *path)
{
	struct stat st;

	snprintf(log->path, sizeof(log->path), "%s", path);
	log->size = 0;
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (log->fd < 0)
		log_warning("%s: %s", path, strerror(errno));
	else if (fstat(log->fd, &st) == 0)
		log->size = st.st_size;
}

static void log_file_rotate(struct log_file *log)
{
	char path[sizeof(log->path)];
	char old[sizeof(log->path) + 2];

	memcpy(path, log->path, sizeof(path));
	snprintf(old, sizeof(old), "%s.1", path);
	rename(path, old);
	log_file_close(log);
	log_file_open(log, path);
}

void log_file_write(struct log_file *log, const char *data, size_t len)
{
	if (log->fd >= 0 && log->size + len > LOG_FILE_MAX)
		log_file_rotate(log);
	if (log->fd < 0 || len == 0)
		return;
	/* A full disk loses console output; there is nobody to tell. */
	if (write(log->fd, data, len) == (ssize_t)len)
		log->size += len;
}

void log_file_close(struct log_file *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

void log_file_tail(const char *path, struct history *h)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char data[4096];
	ssize_t got;

	if (fd < 0)
		return;
	if (lseek(fd, -HISTORY_SIZE, SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, data, sizeof(data))) > 0)
		history_add(h, data, got);
	close(fd);
}
