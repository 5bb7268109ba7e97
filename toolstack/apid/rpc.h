// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a request's body says, and the bodies of answers: JSON-RPC 1.0 and 2.0, and XML-RPC.
 */
#ifndef APID_RPC_H
#define APID_RPC_H

#include <jansson.h>

#include "lib/bytes.h"
#include "lib/log.h"
#include "model/wire.h"

enum rpc_version { RPC_XML, RPC_JSON1, RPC_JSON2 };

struct rpc {
	enum rpc_version version;
	char *method;
	json_t *params; /* an array */
	json_t *id;     /* JSON-RPC: whatever the client chose; may be NULL */
};

/* Of a path of the API. False: not one of ours. */
bool rpc_path(const char *path, bool *json);
int rpc_parse(bool json, const char *body, size_t len, struct rpc *rpc, struct reason *why);
void rpc_free(struct rpc *rpc);
enum wire_format rpc_format(const struct rpc *rpc);

/* value: a value that was written in the request's format. */
void rpc_write_result(struct buf *out, const struct rpc *rpc, const struct buf *value);
/* A code and its parameters. */
void rpc_write_error(struct buf *out, const struct rpc *rpc, const json_t *error);

#endif
