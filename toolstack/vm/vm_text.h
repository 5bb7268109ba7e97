// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configurations as text. Both return -1 with the reason.
 */
#ifndef VM_VM_TEXT_H
#define VM_VM_TEXT_H

#include "lib/vm_state.h"
#include "lib/xencall.h"

/* Messages name the source. */
int vm_text_parse(struct vm_config *vm, const char *source, const char *text, struct reason *why);
/* What a domain was made from, with its present name and UUID; and its state. */
int vm_text_load(domid_t domid, struct vm_state *state, struct buf *text, struct reason *why);

#endif
