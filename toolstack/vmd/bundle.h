// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bundles of another version, on their way to host-upgrade: files in the library, which is the only
 * place that has room for one.
 */
#ifndef VMD_BUNDLE_H
#define VMD_BUNDLE_H

#include "vmd/call.h"

#define BUNDLE_MAX    (400ull << 20)
#define BUNDLE_TOKEN  33 /* 32 hexadecimal digits */
#define BUNDLE_PATH   80
#define BUNDLE_FAILED "UPDATE_APPLY_FAILED"

/* A new, empty one. Its descriptor, or -1: the call has failed. */
int bundle_make(struct call *c, char token[BUNDLE_TOKEN]);
/* False: it is no token. */
bool bundle_path(const char *token, char path[BUNDLE_PATH]);
/* Filled from there, by a process of nobody's. -1: the call has failed. */
int bundle_fetch(struct call *c, const char *url, int fd);

#endif
