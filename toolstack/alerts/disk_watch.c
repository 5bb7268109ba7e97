// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own log. A disk that fails says so thousands of times: once an hour is enough.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alerts/kernel_log.h"
#include "alerts/watch.h"
#include "lib/deadline.h"

#define RECORDS_MAX 2000 /* of one look */
#define DISKS       32
#define QUIET_MS    3600000

static struct {
	char device[KERNEL_DEVICE];
	int64_t told;
} disks[DISKS];

static bool is_due(const char *device)
{
	size_t oldest = 0;

	for (size_t i = 0; i < DISKS; i++) {
		if (strcmp(disks[i].device, device) == 0) {
			if (now_ms() - disks[i].told < QUIET_MS)
				return false;
			disks[i].told = now_ms();
			return true;
		}
		if (disks[i].told < disks[oldest].told)
			oldest = i;
	}
	snprintf(disks[oldest].device, KERNEL_DEVICE, "%s", device);
	disks[oldest].told = now_ms();
	return true;
}

void disk_watch(int kmsg, const char *host_uuid)
{
	char record[8192], device[KERNEL_DEVICE];

	for (int i = 0; kmsg >= 0 && i < RECORDS_MAX; i++) {
		ssize_t n = read(kmsg, record, sizeof(record));

		/* EPIPE: some were lost before we came; the next read goes on. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		if (kernel_disk_error(record, (size_t)n, device) && is_due(device)) {
			const struct subject of = { "Host", host_uuid, device };
			const char *text = memchr(record, ';', (size_t)n);
			int len = (int)(record + n - text - 1);
			const char *end = memchr(text, '\n', (size_t)(record + n - text));

			if (end)
				len = (int)(end - text - 1);
			alert_event("DISK_ERROR", 2, &of, "the kernel says: %.*s",
				    len > 300 ? 300 : len, text + 1);
		}
	}
}
