// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The objects' database: a table for each class, a column for each field that is kept, made from
 * the model. A newer model adds columns to an older database. Also holds the tables that are not
 * objects: secrets of accounts (account.c) and the audit log (audit.c), which write inside of the
 * transaction that is open, or alone.
 */
#ifndef APID_DATABASE_H
#define APID_DATABASE_H

#include <sqlite3.h>

#include "apid/object.h"

/*
 * Opens or makes it. One that is damaged is put aside as NAME.damaged-TIME and as much as can be
 * read is carried over; report then says so ("" otherwise).
 */
int database_open(const char *path, struct reason *report, struct reason *why);
/* All objects, into the store. */
int database_load(struct reason *why);
/* One transaction: those that are gone are deleted, those with .write replaced. */
int database_write(struct object *const *touched, size_t nr, struct reason *why);
void database_close(void);

/* For the tables that are not objects. The statement is the caller's to finalize; NULL: logged. */
sqlite3_stmt *database_prepare(const char *sql);
/* Runs it to its end with text arguments, which end with NULL. */
int database_run(const char *sql, ...);

#endif
