// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which frames of a running guest are written to: the hypervisor's log, read round by round.
 */
#ifndef SAVERESTORE_DIRTY_LOG_H
#define SAVERESTORE_DIRTY_LOG_H

#include <stdbool.h>

#include "lib/log.h"
#include "lib/xencall.h"

struct dirty_log {
	struct xencall *xc;
	domid_t domid;
	uint64_t frames; /* [0, frames) are told of */
	uint8_t *bits;   /* those written to before the last dirty_log_read() */
	uint64_t dirty;  /* how many those are */
	bool is_on;
};

/* From here on. Returns -1 with the reason; dirty_log_close() is due in any case. */
int dirty_log_open(struct dirty_log *l, struct xencall *xc, domid_t domid, uint64_t frames,
		   struct reason *why);
/* Those since the last time. Returns -1 with the reason. */
int dirty_log_read(struct dirty_log *l, struct reason *why);
void dirty_log_close(struct dirty_log *l);

static inline bool dirty_log_has(const struct dirty_log *l, uint64_t frame)
{
	return frame < l->frames && l->bits[frame / 8] >> frame % 8 & 1;
}

#endif
