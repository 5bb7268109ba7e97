// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three protocols. See rpc.h.
 */
#include "apid/rpc.h"

#include <stdlib.h>
#include <string.h>

#include "model/value.h"
#include "model/xmlrpc.h"

bool rpc_path(const char *path, bool *json)
{
	static const struct {
		const char *path;
		bool json;
	} paths[] = {
		{ "/", false },        { "/RPC2", false },    { "/RPC2/", false },
		{ "/xmlrpc", false },  { "/xmlrpc/", false }, { "/jsonrpc", true },
		{ "/jsonrpc/", true },
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(paths[i].path, path) == 0) {
			*json = paths[i].json;
			return true;
		}
	}
	return false;
}

static int parse_json(const char *body, size_t len, struct rpc *rpc, struct reason *why)
{
	json_t *all = value_parse(body, len, why), *params;
	const char *method, *version;
	int rc = 0;

	if (!all)
		return -1;
	method = json_string_value(json_object_get(all, "method"));
	params = json_object_get(all, "params");
	version = json_string_value(json_object_get(all, "jsonrpc"));
	if (!method)
		rc = reason_set(why, "a request is an object with \"method\"");
	else if (params && !json_is_array(params))
		rc = reason_set(why, "\"params\" is an array");
	if (rc == 0) {
		rpc->version = version && strcmp(version, "2.0") == 0 ? RPC_JSON2 : RPC_JSON1;
		rpc->method = strdup(method);
		rpc->params = params ? json_incref(params) : json_array();
		rpc->id = json_incref(json_object_get(all, "id"));
	}
	json_decref(all);
	return rc;
}

int rpc_parse(bool json, const char *body, size_t len, struct rpc *rpc, struct reason *why)
{
	*rpc = (struct rpc){ 0 };
	if (json)
		return parse_json(body, len, rpc, why);
	return xmlrpc_parse_call(body, len, &rpc->method, &rpc->params, why);
}

void rpc_free(struct rpc *rpc)
{
	free(rpc->method);
	json_decref(rpc->params);
	json_decref(rpc->id);
	*rpc = (struct rpc){ 0 };
}

enum wire_format rpc_format(const struct rpc *rpc)
{
	return rpc->version == RPC_XML ? WIRE_XML : WIRE_JSON;
}

static void write_id(struct buf *out, const struct rpc *rpc)
{
	char *id = rpc->id ? json_dumps(rpc->id, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	buf_printf(out, ",\"id\":%s}", id ? id : "null");
	free(id);
}

#define XML_BEGIN                                                                         \
	"<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><struct><member>" \
	"<name>Status</name><value>%s</value></member><member><name>%s</name>"
#define XML_END "</member></struct></value></param></params></methodResponse>"

/* Introspection is XML-RPC's own, without a Status. */
static bool is_bare(const struct rpc *rpc)
{
	return strcmp(rpc->method, "system.listMethods") == 0;
}

void rpc_write_result(struct buf *out, const struct rpc *rpc, const struct buf *value)
{
	switch (rpc->version) {
	case RPC_XML:
		if (is_bare(rpc)) {
			buf_printf(out, "<?xml version=\"1.0\"?>\n<methodResponse><params><param>");
			buf_append(out, value->data, value->len);
			buf_printf(out, "</param></params></methodResponse>");
			return;
		}
		buf_printf(out, XML_BEGIN, "Success", "Value");
		buf_append(out, value->data, value->len);
		buf_printf(out, XML_END);
		return;
	case RPC_JSON1:
		buf_printf(out, "{\"result\":");
		buf_append(out, value->data, value->len);
		buf_printf(out, ",\"error\":null");
		break;
	case RPC_JSON2:
		buf_printf(out, "{\"jsonrpc\":\"2.0\",\"result\":");
		buf_append(out, value->data, value->len);
		break;
	}
	write_id(out, rpc);
}

static void write_tail(struct wire *w, const json_t *error, size_t from)
{
	wire_array_begin(w);
	for (size_t i = from; i < json_array_size(error); i++)
		wire_string(w, json_string_value(json_array_get(error, i)));
	wire_array_end(w);
}

void rpc_write_error(struct buf *out, const struct rpc *rpc, const json_t *error)
{
	struct wire w;

	wire_open(&w, out, rpc_format(rpc));
	switch (rpc->version) {
	case RPC_XML:
		buf_printf(out, XML_BEGIN, "Failure", "ErrorDescription");
		write_tail(&w, error, 0);
		buf_printf(out, XML_END);
		return;
	case RPC_JSON1:
		buf_printf(out, "{\"result\":null,\"error\":");
		write_tail(&w, error, 0);
		break;
	case RPC_JSON2:
		buf_printf(out, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":");
		wire_string(&w, json_string_value(json_array_get(error, 0)));
		buf_printf(out, ",\"data\":");
		wire_open(&w, out, WIRE_JSON);
		write_tail(&w, error, 1);
		buf_printf(out, "}");
		break;
	}
	write_id(out, rpc);
}
