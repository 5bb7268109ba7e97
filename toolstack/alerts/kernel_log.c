// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See kernel_log.h. A record is "PRIORITY,NUMBER,TIME,FLAGS;TEXT\n" and lines of details.
 */
#include "alerts/kernel_log.h"

#include <stdio.h>
#include <string.h>

#define RECORD_MAX 1024

/* Behind these words stands the device. */
static const char *const words[] = {
	"I/O error, dev ",
	"critical medium error, dev ",
	"critical target error, dev ",
	"critical space allocation error, dev ",
	"Buffer I/O error on dev ",
	"lost async page write on ",
	"EXT4-fs error (device ",
	"Disk failure on ",
};

static bool device_take(const char *at, char device[KERNEL_DEVICE])
{
	size_t len = strspn(at,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_!");

	if (len == 0 || len >= KERNEL_DEVICE)
		return false;
	snprintf(device, KERNEL_DEVICE, "%.*s", (int)len, at);
	return true;
}

/* "nvme nvme0: I/O 12 (Read) QID 3 timeout, aborting" */
static bool nvme_timeout(const char *text, char device[KERNEL_DEVICE])
{
	const char *at = strstr(text, "nvme nvme");

	return at && strstr(at, ": I/O ") && strstr(at, " timeout") &&
	       device_take(at + strlen("nvme "), device);
}

bool kernel_disk_error(const char *record, size_t len, char device[KERNEL_DEVICE])
{
	char text[RECORD_MAX];
	const char *begin = memchr(record, ';', len), *end;

	if (!begin)
		return false;
	begin++;
	len -= (size_t)(begin - record);
	end = memchr(begin, '\n', len);
	if (end)
		len = (size_t)(end - begin);
	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, begin, len);
	text[len] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *at = strstr(text, words[i]);

		if (at && device_take(at + strlen(words[i]), device))
			return true;
	}
	return nvme_timeout(text, device);
}
