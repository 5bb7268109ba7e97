// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a file to a domain that is complete and paused, as if it had just suspended itself; in three
 * steps, because the last takes as long as the guest's memory needs to arrive.
 */
#ifndef SAVERESTORE_RESTORE_H
#define SAVERESTORE_RESTORE_H

#include "builder/domain_build.h"
#include "saverestore/stream_read.h"

struct restored {
	struct domain_built built;
	uint64_t pages;
	struct buf nodes; /* for the store, as struct save_source has them; the caller frees */
};

/* The first record, from a reader that has been started. All return -1 with the reason. */
int restore_read_vm(struct stream_reader *in, struct stream_vm *vm, struct reason *why);
/* What such a domain takes of the host's memory at most, until it is complete; KiB. */
uint64_t restore_kib(const struct stream_vm *vm);
/*
 * An empty domain, or none. spec says what the file's configuration says, and needs no images.
 * From then on the memory is promised to it, and so many KiB more until all of it is there.
 */
int restore_create(struct xencall *xc, const struct domain_spec *spec, const struct stream_vm *vm,
		   uint64_t more_kib, domid_t *domid, struct reason *why);
/* All that follows. What fails leaves the domain, to be ended by the caller. */
int restore_fill(struct xencall *xc, struct stream_reader *in, const struct domain_spec *spec,
		 const struct stream_vm *vm, domid_t domid, struct restored *out,
		 struct reason *why);

#endif
