// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a file to a domain that is complete and paused, as if it had just suspended itself. What
 * fails leaves no domain behind.
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

/*
 * r has been started; spec says what the file's configuration says, and needs no images.
 * memory_check is asked before the domain exists. Returns -1 with the reason.
 */
int domain_restore(struct xencall *xc, struct stream_reader *r, const struct domain_spec *spec,
		   int (*memory_check)(struct xencall *xc, uint64_t kib, struct reason *why),
		   struct restored *out, struct reason *why);

#endif
