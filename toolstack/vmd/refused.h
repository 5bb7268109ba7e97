// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XenAPI's codes for what the libraries refuse in words: which disk is in use, which network is not
 * there, whether memory is what is missing. Looks at the machine, changes nothing.
 */
#ifndef VMD_REFUSED_H
#define VMD_REFUSED_H

#include "lib/vm_config.h"
#include "vmd/call.h"

/* As call_fail(), with the words as the last parameter: for codes that say what, and not why. */
int refused_words(struct call *c, const char *code, const char *param, const struct reason *why);

/* Fails the call if the host has not that much memory for a guest. */
int refused_memory(struct call *c, const struct vm_config *vm);
/*
 * Fails the call for the first of these that a guest cannot have now. disks: where the arguments
 * say which VDI is behind a disk's name, {device, vdi}; may be NULL.
 */
int refused_devices(struct call *c, const char *vm_uuid, const struct device_list *list,
		    const json_t *disks);

#endif
