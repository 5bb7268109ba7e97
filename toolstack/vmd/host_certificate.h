// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef VMD_HOST_CERTIFICATE_H
#define VMD_HOST_CERTIFICATE_H

#include "vmd/call.h"

/*
 * Judges key, certificate and chain (all PEM; "" for no chain) and has the web server show them.
 * -1: the call has failed, and nothing was changed.
 */
int certificate_install(struct call *c, const char *key, const char *own, const char *chain);
/* The answer gets what the present one says: not_after, fingerprint_sha256, ... */
int certificate_tell(struct call *c);

#endif
