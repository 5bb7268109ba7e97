// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store as its clients see it: a program of domain 0, and domain 5 with a home that it may read
 * and a node "data" in it that is its own. Domain 7 is the one that the toolstack knows of.
 */
#ifndef TEST_XENSTORED_CLIENT_H
#define TEST_XENSTORED_CLIENT_H

#include "../toolstack/test.h"
#include "xenstored/conn.h"

extern struct conn *dom0, *guest;
extern uint32_t tx; /* the transaction that requests are part of */

int client_setup(void **state);
int client_teardown(void **state);

/* Sends one request. */
void start(struct conn *c, uint32_t type, const char *payload, size_t len);
/* The next message of a connection, its payload printed with | for 0. */
const char *next(struct conn *c, uint32_t *type);
/* A request and its answer. The payload is a literal, so that it may have zeroes in it. */
#define ask(c, type, payload, answer) ask_bytes(c, type, payload, sizeof(payload) - 1, answer)
void ask_bytes(struct conn *c, uint32_t type, const char *payload, size_t len, const char *answer);
/* The next message is this watch event. */
void event(struct conn *c, const char *expected);
/* Starts a transaction; it is the current one then. */
uint32_t begin(struct conn *c);

#endif
