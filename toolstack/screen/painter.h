// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process between one guest and those who look at its screen. It maps the guest's memory and
 * copies the picture out of it, as long as somebody looks, and puts keys into the guest's ring. It
 * has the guest's memory and event channels and nothing else: no store, no network, no files.
 */
#ifndef SCREEN_PAINTER_H
#define SCREEN_PAINTER_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/log.h"

/*
 * Starts one. pixels: the memory for its picture, limit bytes. *order: where orders go (wire.h),
 * whose end ends it. Returns its process, or -1 with the reason.
 */
pid_t painter_start(uint32_t domid, int pixels, uint32_t limit, int *order, struct reason *why);

#endif
