// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What consoled's files share: the guests, the clients, and the one loop that polls for both.
 */
#ifndef CONSOLED_PRIVATE_H
#define CONSOLED_PRIVATE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/console.h"
#include "consoled/history.h"
#include "consoled/log_file.h"
#include "lib/vm_state.h"

#define CONSOLED_SOCKET "/run/xen/consoled.sock"

#define MAX_GUESTS      512
#define MAX_CLIENTS     64
#define INPUT_MAX       4096

/* What one guest may write in one period before it has to wait for the next. */
#define RATE_PERIOD_MS 200
#define RATE_BYTES     (256 * 1024)

struct guest {
	unsigned int domid;
	unsigned int resets; /* as in its state file: another number, another ring and port */
	char name[VM_NAME_MAX + 1];
	struct xencons_interface *ring; /* shared with the guest */
	uint64_t grant_index;
	uint32_t port;         /* ours */
	bool masked;           /* over its rate: not unmasked until the next period */
	bool lied;             /* said once */
	uint64_t period_start; /* ms */
	size_t period_bytes;
	struct log_file log;
	char input[INPUT_MAX]; /* for the guest, not yet in its ring */
	size_t input_len;
	struct history history;
};

/* guest.c */
/* Opens the devices; while there is still privilege. Returns -1 after saying why. */
int guests_open(void);
/* Makes the guests we have those that have state files. */
void guests_scan(void);
struct guest *guest_find(unsigned int domid);
/* Handles whatever event channels have fired. */
void guests_events(void);
/* Unmasks the guests whose period is over; returns ms until the next such moment, or -1. */
int guests_rate(uint64_t now_ms);
/* Space for client input; takes as much as fits. */
size_t guest_input(struct guest *g, const char *data, size_t len);
int guests_event_fd(void);

/* client.c */
/* The listening socket. Returns -1 after saying why. */
int clients_listen(void);
/*
 * Fills in what to poll for; returns how many entries. Then, after the poll, clients_serve() with
 * the same.
 */
size_t clients_poll(struct pollfd *fds);
void clients_serve(const struct pollfd *fds, size_t nr);
/* Sends what is new to those who read. */
void clients_flush(void);
/* A guest is gone: its readers get what is left and are closed. */
void clients_drop_guest(const struct guest *g);

#endif
