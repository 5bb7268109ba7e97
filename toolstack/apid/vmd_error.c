// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See vmd_error.h.
 */
#include "apid/vmd_error.h"

#include <string.h>

#include "apid/ops.h"

#define UUID_LENGTH 36

static const struct object *object_meant(const char *word)
{
	static const char *const classes[] = { "VM", "VDI", "SR" };
	const struct object *o = NULL;

	for (size_t i = 0; !o && i < sizeof(classes) / sizeof(classes[0]); i++)
		o = object_by_uuid(classes[i], word);
	return o;
}

json_t *vmd_error_told(const json_t *error)
{
	const char *code = json_string_value(json_array_get(error, 0));
	json_t *told = json_copy((json_t *)error);
	char ref[REF_TEXT];

	for (size_t i = 1; i < json_array_size(error); i++) {
		const char *word = json_string_value(json_array_get(error, i));
		const struct object *o = NULL;

		if (strlen(word) == UUID_LENGTH && strcmp(code, "UUID_INVALID") != 0)
			o = object_meant(word);
		else if (i == 2 && strcmp(code, "VM_REQUIRES_NET") == 0)
			o = network_by_bridge(word);
		if (!o)
			continue;
		object_ref(o, ref);
		json_array_set_new(told, i, json_string(ref));
	}
	return told;
}
