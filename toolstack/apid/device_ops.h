// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the methods of VBD and VIF share. The device is the call's first argument.
 */
#ifndef APID_DEVICE_OPS_H
#define APID_DEVICE_OPS_H

#include "apid/ops.h"

bool field_is(const struct object *o, const char *field, const char *value);
/* The first number that no device in that set of the VM has, as text. */
bool device_number_choose(const struct object *vm, const char *set, const char *field, int most,
			  char number[12]);
bool device_number_taken(const struct object *vm, const char *set, const char *field,
			 const char *number);
/* Fails the call unless its VM runs. */
bool device_check_live(struct call *c);
bool device_is_attached_live(const struct object *device);
/* vmd has done it. */
void device_attached(struct call *c, const json_t *ok);
void device_detached(struct call *c, const json_t *ok);

#endif
