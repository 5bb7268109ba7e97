// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Other domains, made and ended by the control domain that a test runs in. A failing call fails
 * the running test.
 */
#ifndef GUEST_DOMAIN_H
#define GUEST_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/domctl.h"
#include "abi/sysctl.h"

#define DOMAIN_PAGES 64 /* memory of each domain made here */

long domctl(unsigned cmd, domid_t domid, struct xen_domctl *op);
long sysctl(unsigned cmd, struct xen_sysctl *op);

/* With room for one vCPU, and neither that nor memory. */
domid_t domain_create_bare(void);
domid_t domain_create(void); /* one vCPU, DOMAIN_PAGES from 0 on, nothing in it */
/* The same with so many extents of 2^order pages. */
domid_t domain_create_sized(unsigned extents, unsigned order);
void domain_destroy(domid_t domid);
bool domain_exists(domid_t domid);
void domain_end(domid_t domid); /* destroys it, and checks that it goes */
/* Its grant table, where we see it until domain_grant_table_hide(); one at a time. */
struct grant_entry_v1 *domain_grant_table(domid_t domid);
void domain_grant_table_hide(void);
uint32_t domain_flags(domid_t domid);      /* XEN_DOMINF_* */
uint64_t domain_cpu_time(domid_t domid);   /* ns */
int domain_shutdown_reason(domid_t domid); /* SHUTDOWN_*, or -1 while it is not shut down */
uint64_t free_pages(void); /* of the machine, those that wait for scrubbing counted in */

/* A page of another domain in our own address space. */
void *domain_map(domid_t domid, uint64_t gfn);
void domain_unmap(void *page);

/*
 * Copies code (see payloads.S) to PAYLOAD_AT and sets vCPU 0 to start there, in 64-bit mode
 * unless its name ends in _32.
 */
#define PAYLOAD_AT   0x1000
#define PAYLOAD_DATA 0x2000 /* page that payload and test talk through */
void domain_load(domid_t domid, const char *code, const char *end);
void domain_unpause(domid_t domid);
void domain_pause(domid_t domid);

#define PAYLOAD(name) extern const char payload_##name[], payload_##name##_end[]
PAYLOAD(poweroff);           /* writes 0x600d to data[0], then shuts down */
PAYLOAD(reboot);             /* shuts down with SHUTDOWN_reboot */
PAYLOAD(triple_fault);       /* an exception without an IDT */
PAYLOAD(named_triple_fault); /* that, having said that it would be SHUTDOWN_watchdog, then reboot */
PAYLOAD(spin);               /* counts up data[0] for ever */
PAYLOAD(write_pages);        /* counts up page data[0], then data[1]; clears data[0] */
PAYLOAD(device_io);          /* see device_model.c; then poweroff */
PAYLOAD(device_edge);        /* accesses at the end of a page; then poweroff */
PAYLOAD(halt);               /* writes 1 to data[0]; HLT with interrupts on, but there are none */
PAYLOAD(halt_for_good);      /* the same with interrupts off */
PAYLOAD(wild);               /* jumps to an address without memory */
PAYLOAD(wild_write);         /* writes where no memory is, reads back into data[1], then poweroff */
PAYLOAD(bad_calls);          /* data[1..3]: answers to wrong calls; then poweroff */
PAYLOAD(console);            /* console_io write of a line, then poweroff */
/*
 * The calls at data + 0x100, one of five words: number, three arguments, answer; up to a negative
 * number. Then SHUTDOWN_soft_reset, and again, counting in data[0].
 */
PAYLOAD(make_calls);
PAYLOAD(calls_32);      /* data[1]: the version, asked for in 32-bit mode; then SHUTDOWN_reboot */
PAYLOAD(structures_32); /* answers to calls whose structures have 32-bit words; then poweroff */
PAYLOAD(transfer);      /* data[1]: the answer to the two at byte 0x840; then poweroff */
/*
 * data[1]: its port; answers each event with one, counting in data[0]. Before each answer it reads
 * data[3] times where no memory is.
 */
PAYLOAD(echo_events);

#endif
