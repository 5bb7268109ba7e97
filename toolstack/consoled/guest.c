// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests: attaching to their rings and moving bytes. Guests come and go with their state files,
 * so a restarted consoled finds them all again. What was taken from a ring is in the log before the
 * ring's index says so: who is killed in between writes it twice, and loses nothing. What readers
 * want to see again comes from the log then. One thread.
 */
#include "consoled/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/grant_table.h"
#include "consoled/console_ring.h"
#include "lib/evtchn.h"
#include "lib/grant_map.h"
#include "lib/log.h"

static struct guest *guests[MAX_GUESTS];
static size_t nr_guests;
static int evtchn_fd = -1;
static int grant_fd = -1;
static bool first_scan = true; /* whom it finds was served by an earlier process */

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

int guests_open(void)
{
	evtchn_fd = evtchn_open();
	if (evtchn_fd < 0) {
		log_error("/dev/xen/evtchn: %s", strerror(errno));
		return -1;
	}
	grant_fd = grant_open();
	if (grant_fd < 0) {
		log_error("/dev/xen/gntdev: %s", strerror(errno));
		return -1;
	}
	return 0;
}

int guests_event_fd(void)
{
	return evtchn_fd;
}

struct guest *guest_find(unsigned int domid)
{
	for (size_t i = 0; i < nr_guests; i++)
		if (guests[i]->domid == domid)
			return guests[i];
	return NULL;
}

static void guest_send_input(struct guest *g)
{
	size_t done = console_ring_give(g->ring, g->input, g->input_len);

	if (!done)
		return;
	g->input_len -= done;
	memmove(g->input, g->input + done, g->input_len);
	evtchn_notify(evtchn_fd, g->port);
}

size_t guest_input(struct guest *g, const char *data, size_t len)
{
	size_t room = INPUT_MAX - g->input_len;

	if (len > room)
		len = room;
	memcpy(g->input + g->input_len, data, len);
	g->input_len += len;
	guest_send_input(g);
	return len;
}

static void guest_take_output(struct guest *g)
{
	char data[sizeof(g->ring->out)];
	uint32_t upto;
	bool lied;
	size_t len = console_ring_peek(g->ring, data, &upto, &lied);

	if (lied && !g->lied)
		log_warning("%s: the console ring's index is impossible; its contents are skipped",
			    g->name);
	g->lied |= lied;
	g->period_bytes += len;
	history_add(&g->history, data, len);
	log_file_write(&g->log, data, len);
	console_ring_taken(g->ring, upto);
	/* The guest may wait for room. */
	if (len)
		evtchn_notify(evtchn_fd, g->port);
}

static void guest_serve(struct guest *g, uint64_t now)
{
	guest_take_output(g);
	guest_send_input(g);
	if (now - g->period_start >= RATE_PERIOD_MS) {
		g->period_start = now;
		g->period_bytes = 0;
	}
	g->masked = g->period_bytes > RATE_BYTES;
	if (!g->masked)
		evtchn_unmask(evtchn_fd, g->port);
}

void guests_events(void)
{
	uint64_t now = now_ms();
	uint32_t port;

	/* At most one round over what has fired: a guest that fires without end waits its turn. */
	for (unsigned int i = 0; i < MAX_GUESTS && evtchn_next(evtchn_fd, &port) == 0 && port;
	     i++) {
		for (size_t j = 0; j < nr_guests; j++)
			if (guests[j]->port == port)
				guest_serve(guests[j], now);
	}
}

int guests_rate(uint64_t now)
{
	int wait = -1;

	for (size_t i = 0; i < nr_guests; i++) {
		struct guest *g = guests[i];
		uint64_t passed = now - g->period_start;

		if (!g->masked)
			continue;
		if (passed >= RATE_PERIOD_MS)
			guest_serve(g, now);
		else if (wait < 0 || (int)(RATE_PERIOD_MS - passed) < wait)
			wait = (int)(RATE_PERIOD_MS - passed);
	}
	return wait;
}

static int guest_connect(struct guest *g, const struct vm_state *s)
{
	int port;

	g->ring = grant_map(grant_fd, s->domid, GNTTAB_RESERVED_CONSOLE, &g->grant_index);
	if (!g->ring) {
		log_warning("%s (domain %u): mapping the console ring: %s", s->name, s->domid,
			    strerror(errno));
		return -1;
	}
	port = evtchn_bind_interdomain(evtchn_fd, s->domid, s->console_port);
	if (port < 0) {
		log_warning("%s (domain %u): binding console port %u: %s", s->name, s->domid,
			    s->console_port, strerror(errno));
		grant_unmap(grant_fd, g->ring, g->grant_index);
		return -1;
	}
	g->port = port;
	return 0;
}

/* Another kernel runs in it now, whose ring and port are new; who looks at the console stays. */
static bool guest_reconnect(struct guest *g, const struct vm_state *s)
{
	struct xencons_interface *ring = g->ring;
	uint64_t grant_index = g->grant_index;
	uint32_t port = g->port;

	if (guest_connect(g, s) < 0) {
		g->ring = ring; /* to be given up with the guest */
		g->grant_index = grant_index;
		return false;
	}
	evtchn_unbind(evtchn_fd, port);
	grant_unmap(grant_fd, ring, grant_index);
	g->resets = s->resets;
	g->masked = g->lied = false;
	guest_serve(g, now_ms());
	return true;
}

static void guest_attach(const struct vm_state *s)
{
	struct guest *g;
	char path[VM_CONSOLE_LOG];

	if (nr_guests == MAX_GUESTS || !(g = calloc(1, sizeof(*g)))) {
		log_error("%s: no room for another console", s->name);
		return;
	}
	g->domid = s->domid;
	g->resets = s->resets;
	memcpy(g->name, s->name, sizeof(g->name));
	if (guest_connect(g, s) < 0) {
		free(g);
		return;
	}
	vm_console_log(path, g->name);
	log_file_open(&g->log, path);
	if (first_scan)
		log_file_tail(path, &g->history);
	guests[nr_guests++] = g;
	/* What it wrote before we were there. */
	guest_serve(g, now_ms());
}

static void guest_detach(size_t i)
{
	struct guest *g = guests[i];

	guest_take_output(g);
	clients_drop_guest(g);
	evtchn_unbind(evtchn_fd, g->port);
	grant_unmap(grant_fd, g->ring, g->grant_index);
	log_file_close(&g->log);
	guests[i] = guests[--nr_guests];
	free(g);
}

#define SCAN_BATCH 16

struct scan {
	bool present[MAX_GUESTS]; /* by index in guests */
	size_t nr_new;
	struct vm_state new[SCAN_BATCH];
	bool more;
};

static bool scan_one(void *arg, const struct vm_state *s)
{
	struct scan *scan = arg;

	/* Its memory is still arriving, and the ring with it. */
	if (!s->console_port)
		return true;
	for (size_t i = 0; i < nr_guests; i++) {
		if (guests[i]->domid == s->domid) {
			scan->present[i] = guests[i]->resets == s->resets ||
					   guest_reconnect(guests[i], s);
			if (strcmp(guests[i]->name, s->name) != 0)
				memcpy(guests[i]->name, s->name, sizeof(s->name));
			return true;
		}
	}
	if (scan->nr_new < SCAN_BATCH)
		scan->new[scan->nr_new++] = *s;
	else
		scan->more = true;
	return true;
}

void guests_scan(void)
{
	static struct scan scan;
	unsigned int rounds = 0;

	/* A guest that cannot be attached to is new in every round. */
	do {
		memset(&scan, 0, sizeof(scan));
		vm_state_each(scan_one, &scan);
		for (size_t i = nr_guests; i-- > 0;)
			if (!scan.present[i])
				guest_detach(i);
		for (size_t i = 0; i < scan.nr_new; i++)
			guest_attach(&scan.new[i]);
	} while (scan.more && ++rounds < MAX_GUESTS / SCAN_BATCH);
	first_scan = false;
}
