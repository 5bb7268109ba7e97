// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secrets of accounts: passwords, hashed by crypt(3), and tokens. Objects of the class user carry
 * the names and roles; what is here never leaves the database.
 */
#ifndef APID_ACCOUNT_H
#define APID_ACCOUNT_H

#include <stdbool.h>

#include "apid/call.h"

/* The account root exists, with the role admin. */
void account_ensure_root(void);
/* The user, or NULL: no such account, no password, or the wrong one; a token does as well. */
struct object *account_check(const char *name, const char *secret);
struct object *account_find(const char *name);
/* is_hash: it is what crypt(3) makes. Also while the daemon runs elsewhere. */
int account_set_password(const char *name, const char *secret, bool is_hash);
void account_forget(const char *name);

extern const struct binding account_bindings[];

#endif
