// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files from and to the host: VMs and disks.
 */
#ifndef XE_STREAM_H
#define XE_STREAM_H

#include "xe/api.h"

/* "-" is the output. A file that is there is not overwritten, one that fails is removed. */
void stream_download(struct api *api, const char *path, const char *file);
/* As a task; its result. "-" is the input. */
json_t *stream_upload(struct api *api, const char *path, const char *file);

/* An answer in JSON, of a few MiB at most. */
json_t *stream_json(struct api *api, const char *path);

#endif
