// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmd's errors name things by their UUIDs and bridges, for it knows nothing else of them; those of
 * XenAPI by references.
 */
#ifndef APID_VMD_ERROR_H
#define APID_VMD_ERROR_H

#include <jansson.h>

/* The same as clients are to hear it: a new value. */
json_t *vmd_error_told(const json_t *error);

#endif
