// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain without memory and registers: what a guest that is built and one that is restored have
 * in common.
 */
#ifndef TOOLSTACK_DOMAIN_SHELL_H
#define TOOLSTACK_DOMAIN_SHELL_H

#include "builder/domain_build.h"
#include "lib/grant_table.h"

/* Creates it, paused, with its vCPUs and limits. Returns -1 with the reason, and no domain. */
int domain_shell_create(struct xencall *xc, const struct domain_spec *spec, domid_t *domid,
			struct reason *why);
/* The entries through which the daemons map console and store. */
void domain_shell_seed_grants(struct grant_entry_v1 *table);
/*
 * The entries and empty rings, in a domain whose kernel is not the first: nothing else of its
 * memory is touched. Returns -1 with the reason.
 */
int domain_shell_new_rings(struct xencall *xc, domid_t domid, struct reason *why);
/* Event channels for console and store, and the parameters that tell the guest of them. */
int domain_shell_connect(struct xencall *xc, const struct domain_spec *spec,
			 struct domain_built *built, struct reason *why);

#endif
