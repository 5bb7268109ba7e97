// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of the system that this program runs on: of the control domain, not of the host.
 */
#ifndef TOOLSTACK_OWN_MEMORY_H
#define TOOLSTACK_OWN_MEMORY_H

#include <stdint.h>

/* Bytes that can be had without pushing anything out; a large number if the kernel does not say. */
uint64_t memory_available(void);

#endif
