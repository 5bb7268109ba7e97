// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What people type, as values of the model's types.
 */
#ifndef XE_TEXT_H
#define XE_TEXT_H

#include <stdint.h>

#include "xe/objects.h"

/*
 * A value, or the end with words that name key. References are UUIDs or names. A whole number may
 * be a size: 512MiB, 10GiB.
 */
json_t *text_value(struct api *api, const struct model_type *type, const char *key,
		   const char *text);
/* Bytes: "1073741824", "1GiB", "512MiB"; false: that is no size. */
bool size_parse(const char *text, int64_t *bytes);

#endif
