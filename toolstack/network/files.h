// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files that the service keeps, all below a root that is "" but in tests. What is written is
 * either all there or not at all, also when the power goes.
 */
#ifndef NETWORK_FILES_H
#define NETWORK_FILES_H

#include "lib/bytes.h"
#include "lib/log.h"

#define FILE_CONF      "/etc/socle/network.conf"
#define FILE_REJECTED  "/etc/socle/network.conf.rejected"
#define FILE_RESOLV    "/etc/resolv.conf"
#define FILE_CONFIRMED "/var/lib/socle/network/confirmed.conf"
#define FILE_PENDING   "/var/lib/socle/network/pending.conf" /* a change nobody confirmed yet */
#define FILE_NICS      "/var/lib/socle/network/nics"
#define FILE_COLDPLUG  "/run/coldplug.done" /* drivers of all devices are loaded */
#define FILE_SOCKET    "/run/socle/network.sock"
#define FILE_NAT       "/run/socle/network/nat"
#define DIR_RUN        "/run/socle/network"

/* root + path. False when it is too long. */
bool root_path(char *out, size_t size, const char *root, const char *path);
bool file_exists(const char *root, const char *path);
/* A file that is not there reads as empty; -1 with errno otherwise. */
int file_read(const char *root, const char *path, struct buf *out);
/* Makes folders as needed. -1 with the reason. */
int file_write(const char *root, const char *path, const void *data, size_t len,
	       struct reason *why);
int file_write_text(const char *root, const char *path, const char *text, struct reason *why);
/* Gone for good, also after a power cut. */
int file_remove(const char *root, const char *path, struct reason *why);

#endif
