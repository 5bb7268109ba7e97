// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the toolstack must remember of a running VM and the hypervisor does not know: one small
 * file per domain, /run/xen/domains/<domid>, of `key=value` lines, replaced as a whole. A file
 * that appears or goes is also how consoled learns of guests. When there is a xenstored, these
 * names move there.
 */
#ifndef TOOLSTACK_VM_STATE_H
#define TOOLSTACK_VM_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/uuid.h"
#include "lib/vm_config.h"

#define VM_STATE_DIR "/run/xen/domains"
/*
 * A VM that another host is sending is here under its name with this behind it, until it runs; its
 * name is kept free for it.
 */
#define VM_INCOMING "--incoming"

struct vm_state {
	unsigned int domid;
	char name[VM_NAME_MAX + 1];
	char uuid[UUID_TEXT];  /* to tell a stale file from a domain that was given the same id */
	uint32_t console_port; /* the guest's event channels, to be bound to */
	uint32_t store_port;
	unsigned int resets; /* how often it got new rings and ports (vm/vm_reset.c) */
	int64_t created;     /* seconds since 1970 */
	int supervisor;      /* pid of the process that carries out on_*; 0: none; or ... */
};

#define VM_BEING_MADE (-1) /* ... not yet, nor has it run */

/* The configuration that it was made from, as text: /run/xen/configs/<domid>. */
#define VM_CONFIG_DIR "/run/xen/configs"
int vm_state_keep_config(unsigned int domid, const char *text);
int vm_state_load_config(struct buf *text, unsigned int domid);
void vm_state_forget_config(unsigned int domid);

/* All return -1 with errno. */
int vm_state_save(const struct vm_state *s);
int vm_state_load(struct vm_state *s, unsigned int domid);
int vm_state_remove(unsigned int domid);
/* Every domain with a file, in no order: calls back until it returns false. */
void vm_state_each(bool (*callback)(void *arg, const struct vm_state *s), void *arg);

/* Where its console goes: of one that is being sent, to the log that it has when it runs. */
#define VM_CONSOLE_LOG 128
void vm_console_log(char path[VM_CONSOLE_LOG], const char *name);

/* Parses the text of a file; domid is not in it. */
bool vm_state_parse(struct vm_state *s, char *text);

#endif
