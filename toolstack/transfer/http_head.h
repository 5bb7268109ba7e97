// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The head of an HTTP request, as a web server's proxy passes it on where SCGI will not do: for
 * what becomes another protocol. Foreign bytes.
 */
#ifndef TRANSFER_HTTP_HEAD_H
#define TRANSFER_HTTP_HEAD_H

#include "apid/scgi.h"
#include "lib/bytes.h"

/*
 * As scgi_parse(), whose names of headers it uses: 1 when the head is complete, 0: more bytes are
 * needed, -1 and why. r points into block, which the caller frees.
 */
int http_head_parse(const char *data, size_t len, struct buf *block, struct scgi_request *r,
		    struct reason *why);

#endif
