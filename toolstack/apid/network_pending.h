// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A change of the host's networks that waits for somebody's confirmation. The host's service keeps
 * it, and takes it back in the end; here all clients see that one waits (host.
 * pending_network_change), may confirm or undo it, and read in a message that it was undone. A
 * client asks for it by its session's other_config.
 */
#ifndef APID_NETWORK_PENDING_H
#define APID_NETWORK_PENDING_H

#include "apid/call.h"

/* Of a session: how many seconds its changes wait. */
#define NETWORK_CONFIRM_KEY "network-confirm-within"
/* Of an interface's other_config: where names are looked for from its next change on. */
#define DOMAIN_KEY "domain"

/* As the call's session wants it; 0: its changes stay at once. Fails the call for what is none. */
unsigned int network_confirm_seconds(struct call *c);
/* Fails the call while a change waits. */
bool network_pending_none(struct call *c);
/* The answer of network.state; by: whose call has just made the change, or NULL. */
void network_pending_told(const json_t *state, const struct call *by);
/* Asks the host what waits. */
void network_pending_ask(void);

void network_change_confirm(struct call *c);
void network_change_undo(struct call *c);

#endif
