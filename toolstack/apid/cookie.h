// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A browser's session: it lies in a cookie that scripts cannot read, and counts only for requests
 * of our own page, for a browser sends the cookie along with anybody's. Foreign bytes.
 */
#ifndef APID_COOKIE_H
#define APID_COOKIE_H

#include <stdbool.h>

#include "apid/scgi.h"

#define COOKIE_NAME    "__Host-session"
#define COOKIE_SESSION 47 /* a reference, with its end */
/* What stands for the cookie's session where a call takes one. */
#define COOKIE_WORD "cookie"

/*
 * The session that the request's cookie names, whether there is such a one or not. False, and "":
 * no cookie, more than one, or no reference.
 */
bool cookie_session(const struct scgi_request *r, char session[COOKIE_SESSION]);
/* The request is of a page of this host's: its Origin says so. */
bool origin_is_own(const struct scgi_request *r);
/*
 * Of one that only reads, which a browser may also send without an Origin: it says in another way
 * that no other page made it.
 */
bool origin_may_read(const struct scgi_request *r);

#endif
