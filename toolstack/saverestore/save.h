// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a guest to a file: one that has suspended itself, or one that runs until most of its memory
 * is written.
 */
#ifndef SAVERESTORE_SAVE_H
#define SAVERESTORE_SAVE_H

#include "builder/layout.h"
#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/xencall.h"
#include "saverestore/stream_wait.h"

struct save_source {
	domid_t domid;
	const char *config;         /* text: what the VM is made from again */
	struct guest_layout layout; /* the map in it is saved */
	uint64_t room;              /* bytes that may be written at most */
	/*
	 * The guest runs: its memory is written, then what it wrote to meanwhile, a few times; then
	 * this is to suspend it, -1 with the reason, and the rest is written. NULL: it has
	 * suspended itself already.
	 */
	int (*suspend)(void *arg, struct reason *why);
	void *suspend_arg;
	/* An interruption is looked for between the parts of memory; fd may be one that does not
	 * block. */
	const struct stream_wait *wait;
	struct bytes nodes; /* of the store: path below the domain's home, value, ..., each
				       with its terminator */
};

struct save_figures {
	uint64_t pages;   /* of the guest */
	uint64_t zeroes;  /* of these, nothing but zeroes */
	uint64_t again;   /* written once more, because the guest wrote to them */
	uint64_t last;    /* of those, the ones written while the guest stood still */
	unsigned rounds;  /* in which that was done */
	uint64_t written; /* bytes */
	bool full;        /* that was all that there is room for */
};

/* Changes nothing of the domain. Returns -1 with the reason; the file is useless then. */
int domain_save(struct xencall *xc, const struct save_source *src, int fd,
		struct save_figures *figures, struct reason *why);

#endif
