// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of the store, over xenstored's socket. One request at a time. All return -1 with errno;
 * ENOENT or ECONNREFUSED from store_open() means that no xenstored runs. A restart of xenstored
 * shows as a delay, and as EAGAIN at the end of a transaction.
 */
#ifndef TOOLSTACK_STORE_H
#define TOOLSTACK_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

struct store {
	int fd;
	uint32_t req_id;
	uint32_t tx_id; /* requests are part of this transaction; 0: of none */
	bool tx_lost;   /* with an earlier connection */
	bool by_kernel; /* no socket */
	bool batching;
	unsigned int batched; /* requests in batch */
	struct buf batch;
	struct buf watches; /* path and token of each, with terminators */
	struct buf events;  /* that came before an answer: length and payload of each */
};

int store_open(struct store *s);
/* In a domain that has no xenstored, by way of its kernel. No batches; nothing is repeated. */
int store_open_guest(struct store *s);
void store_close(struct store *s);

/* answer may be NULL. */
int store_read(struct store *s, const char *path, struct buf *answer);
/* The children's names, each with its terminator. */
int store_list(struct store *s, const char *path, struct buf *names);
/* Like "n3", "r0", each with its terminator. */
int store_get_perms(struct store *s, const char *path, struct buf *perms);
int store_write(struct store *s, const char *path, const char *value);
/* The same with any bytes. */
int store_write_bytes(struct store *s, const char *path, const void *value, size_t len);
/* Succeeds also if there is nothing. */
int store_remove(struct store *s, const char *path);
/* perms: like "n0" or "n3 r0", the owner first. */
int store_set_perms(struct store *s, const char *path, const char *perms);

/*
 * Between these two, requests are collected and succeed at once; the end sends them all and fails
 * if one of them does. For requests that need no answer: each round trip wakes another process.
 */
void store_batch_begin(struct store *s);
int store_batch_end(struct store *s);

/* An event comes at once, and whenever something at or below path changes. */
int store_watch(struct store *s, const char *path, const char *token);
/* Waits for the next event; path and token with their terminators. */
int store_event(struct store *s, struct buf *event);
/* Waits so long for there to be an event, for ever if ms is -1: 1, or 0 if there is none. */
int store_event_wait(struct store *s, int ms);

int store_begin(struct store *s);
/* EAGAIN: others were faster; begin again. */
int store_end(struct store *s, bool commit);

int store_introduce(struct store *s, unsigned int domid, uint64_t gfn, unsigned int port);
int store_release(struct store *s, unsigned int domid);

#endif
