// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading XML-RPC. Values become JSON: an int may be a string, a date is one; what type was meant
 * is for value_check. A document type, base64 and whatever XML-RPC does not know are refused.
 */
#ifndef MODEL_XMLRPC_H
#define MODEL_XMLRPC_H

#include <jansson.h>

#include "lib/log.h"

/* A <methodCall>. 0, and a new array and a new string; or -1 and why. */
int xmlrpc_parse_call(const char *text, size_t len, char **method, json_t **params,
		      struct reason *why);
/* A <value>, as in the result of a task. NULL: why. */
json_t *xmlrpc_parse_value(const char *text, size_t len, struct reason *why);

#endif
