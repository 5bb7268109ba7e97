// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The front end's half of a device between a guest and a back end in the control domain: pages
 * lent, nodes in the store, states announced and waited for. Says nothing of what is in a ring.
 */
#ifndef GUEST_FRONTEND_H
#define GUEST_FRONTEND_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/event_channel.h"
#include "abi/grant_table.h"

#define TABLE_AT 0xf0000000UL /* where the guest has its grant table */

/* What every ring begins with; its entries follow. */
struct ring {
	volatile uint32_t req_prod, req_event, rsp_prod, rsp_event;
	uint8_t pad[48];
	uint8_t entries[4096 - 64];
};

/* The store and the grant table; may be called again. */
void frontend_init(void);

/* Lends a guest frame to the control domain; flags 0 takes it back. */
void lend(grant_ref_t ref, uint64_t gfn, unsigned flags);
void *page_lend(grant_ref_t ref); /* a new one */
struct ring *ring_lend(grant_ref_t ref);

/* device is a path like device/vif/0. A value that cannot be written fails the test. */
void device_set(const char *device, const char *name, const char *value);
void device_set_number(const char *device, const char *name, unsigned value);
void device_unset(const char *device, const char *name);
/* A new port for the control domain, as the device's event-channel. */
evtchn_port_t device_port(const char *device);
/* Announces this state; the back end's answer: the first of those states that it reaches, or 0. */
char device_state(const char *device, const char *state, const char *answers);
/* Closes the device and has the back end wait for it anew; fails the test if it does not. */
void device_reopen(const char *device);

#endif
