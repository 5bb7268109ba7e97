// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's io/xs_wire.h: messages of the store, over a socket or over the ring in the page
 * that a guest shares with the store daemon.
 */
#ifndef ABI_XS_WIRE_H
#define ABI_XS_WIRE_H

#include "assert.h"

enum xsd_sockmsg_type {
	XS_CONTROL,
	XS_DIRECTORY,
	XS_READ,
	XS_GET_PERMS,
	XS_WATCH,
	XS_UNWATCH,
	XS_TRANSACTION_START,
	XS_TRANSACTION_END,
	XS_INTRODUCE,
	XS_RELEASE,
	XS_GET_DOMAIN_PATH,
	XS_WRITE,
	XS_MKDIR,
	XS_RM,
	XS_SET_PERMS,
	XS_WATCH_EVENT,
	XS_ERROR,
	XS_IS_DOMAIN_INTRODUCED,
	XS_RESUME,
	XS_SET_TARGET,
	XS_RESET_WATCHES = 21, /* 20 was XS_RESTRICT, no longer used */
	XS_DIRECTORY_PART,
	XS_TYPE_COUNT,
	XS_INVALID = 0xffff
};

struct xsd_sockmsg {
	uint32_t type;   /* XS_* */
	uint32_t req_id; /* comes back in the answer */
	uint32_t tx_id;  /* 0: no transaction */
	uint32_t len;    /* of what follows */
};

enum xs_watch_type { XS_WATCH_PATH, XS_WATCH_TOKEN };

#define XENSTORE_RING_SIZE     1024
#define MASK_XENSTORE_IDX(idx) ((idx) & (XENSTORE_RING_SIZE - 1))

typedef uint32_t XENSTORE_RING_IDX;

struct xenstore_domain_interface {
	char req[XENSTORE_RING_SIZE]; /* guest to daemon */
	char rsp[XENSTORE_RING_SIZE]; /* daemon to guest, watch events too */
	XENSTORE_RING_IDX req_cons;
	XENSTORE_RING_IDX req_prod;
	XENSTORE_RING_IDX rsp_cons;
	XENSTORE_RING_IDX rsp_prod;
	uint32_t server_features; /* XENSTORE_SERVER_FEATURE_* */
	uint32_t connection;      /* XENSTORE_CONNECTED, XENSTORE_RECONNECT */
	uint32_t error;           /* XENSTORE_ERROR_* */
};

#define XENSTORE_PAYLOAD_MAX                 4096
#define XENSTORE_ABS_PATH_MAX                3072
#define XENSTORE_REL_PATH_MAX                2048

#define XENSTORE_SERVER_FEATURE_RECONNECTION 1
#define XENSTORE_SERVER_FEATURE_ERROR        2

#define XENSTORE_CONNECTED                   0
#define XENSTORE_RECONNECT                   1

#define XENSTORE_ERROR_NONE                  0
#define XENSTORE_ERROR_COMM                  1
#define XENSTORE_ERROR_RINGIDX               2
#define XENSTORE_ERROR_PROTO                 3

ABI_SIZE(struct xsd_sockmsg, 16);
ABI_OFFSET(struct xsd_sockmsg, len, 12);
ABI_SIZE(struct xenstore_domain_interface, 2076);
ABI_OFFSET(struct xenstore_domain_interface, req_prod, 2052);
ABI_OFFSET(struct xenstore_domain_interface, server_features, 2064);
ABI_OFFSET(struct xenstore_domain_interface, error, 2072);

#endif
