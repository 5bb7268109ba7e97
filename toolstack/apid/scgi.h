// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SCGI protocol's request: a netstring of headers, then the body. Foreign bytes.
 */
#ifndef APID_SCGI_H
#define APID_SCGI_H

#include <stddef.h>
#include <stdint.h>

#include "lib/log.h"

#define SCGI_HEADERS_MAX 16384

struct scgi_request {
	const char *headers; /* in the caller's buffer: NAME\0VALUE\0... */
	size_t headers_len;
	size_t body_at; /* from the start of the request */
	uint64_t content_length;
};

/* 1: the headers are complete; 0: more bytes are needed; -1: it is no request, and why. */
int scgi_parse(const char *data, size_t len, struct scgi_request *r, struct reason *why);
/* NULL: there is none. Lives as long as the buffer. */
const char *scgi_header(const struct scgi_request *r, const char *name);

#endif
