// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's part of the store: the nodes that a Linux guest and people's scripts look for.
 */
#ifndef VM_VM_STORE_H
#define VM_VM_STORE_H

#include "lib/log.h"
#include "lib/store.h"
#include "lib/vm_config.h"
#include "lib/vm_state.h"

/* A node below the domain's home, as store_read() and store_write(). */
int vm_node_read(struct store *s, unsigned int domid, const char *name, struct buf *value);
int vm_node_write(struct store *s, unsigned int domid, const char *name, const char *value);

/*
 * Writes the nodes and introduces the domain, which must be complete. Returns -1 with the reason.
 */
int vm_store_add(struct store *s, const struct vm_config *vm, const struct vm_state *state,
		 struct reason *why);
/* Forgets a domain. What is not there is fine, and so is no xenstored. */
void vm_store_remove(unsigned int domid);
/* Another name. */
void vm_store_rename(const struct vm_state *state);
/* Asks the guest: "poweroff", "reboot". Returns -1 with the reason. */
int vm_store_ask(unsigned int domid, const char *what, struct reason *why);
/*
 * Waits until the guest has taken note of that. False: not in time. A guest that has ended has
 * taken note.
 */
bool vm_store_wait_taken(unsigned int domid, unsigned int seconds);
/*
 * Whether the guest has said that it acts on such requests. Linux before 4.13 acts on them and does
 * not say so.
 */
bool vm_store_can(unsigned int domid, const char *what);

#endif
