// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parts of vpci share: the functions found (vpci.c, vpci_scan.c), and their MSI
 * (vpci_msi.c) and MSI-X (vpci_msix.c) state. All under vpci_lock, which may be taken inside the
 * p2m lock and has heap, irq and log inside it; so vpci_trap_changed is called after it has been
 * released.
 */
#ifndef HVM_VPCI_PRIVATE_H
#define HVM_VPCI_PRIVATE_H

#include "domain.h"
#include "spinlock.h"
#include "vpci.h"

#define PCI_COMMAND          0x04u
#define PCI_COMMAND_MEM      0x0002u
#define PCI_COMMAND_MASTER   0x0004u
#define PCI_COMMAND_INTX_OFF 0x0400u
#define PCI_STATUS           0x06u
#define PCI_STATUS_CAPS      0x10u
#define PCI_BAR0             0x10u
#define PCI_BAR_END          0x28u
#define PCI_BAR_64           4u /* in a memory BAR: the next one has the upper half */
#define PCI_HEADER_END       0x40u

#define VPCI_NO_HANDLE       (-1)
#define VPCI_BARS            6u
#define VPCI_CAPS            48u /* more do not fit */

/* Of a capability's message, and of an entry of an MSI-X table. */
enum { MESSAGE_ADDRESS, MESSAGE_UPPER, MESSAGE_DATA, MESSAGE_CONTROL, MESSAGE_WORDS };

/* A message as its domain sees it. */
struct vpci_message {
	uint32_t word[MESSAGE_WORDS]; /* the last one in MSI-X only */
	int handle;                   /* of irq_msi_bind, or VPCI_NO_HANDLE */
};

struct vpci_msi {
	uint8_t at; /* offset of the capability; 0: none */
	bool is_64bit;
	struct vpci_message message; /* bound while it is enabled */
};

struct vpci_msix {
	uint8_t at;
	uint8_t bar; /* number of the BAR that the table is in */
	bool enabled;
	uint16_t entries;
	uint32_t offset;             /* of the table in the BAR */
	paddr_t table;               /* where it is now; 0 while the BAR is not decoded */
	struct vpci_message entry[]; /* bound once they are unmasked while it is enabled */
};

struct vpci_function {
	struct vpci_function *next;
	struct pci_address address;
	struct domain *owner; /* the guest that has it; NULL: domain 0 */
	struct vpci_msi msi;
	struct vpci_msix *msix; /* NULL: no such capability */
};

struct vpci_bar {
	paddr_t host;
	uint64_t size; /* 0: the guest sees none */
	gpaddr_t gpa;  /* where the guest wants it */
	uint32_t flags;
};

/* A function as the guest sees it that has it; the domain's pci_lock. */
struct vpci_guest {
	struct vpci_function *f;
	uint16_t command;
	struct vpci_bar bar[VPCI_BARS];
	unsigned nr_caps;
	uint8_t cap[VPCI_CAPS + 1]; /* offsets of those that are shown, in order; then 0 */
};

/* What it provokes goes into the log as this one's, and is limited. */
static inline const struct domain *vpci_owner(const struct vpci_function *f)
{
	return f->owner ? f->owner : domain0;
}

static inline bool same_address(struct pci_address a, struct pci_address b)
{
	return a.segment == b.segment && a.bus == b.bus && a.devfn == b.devfn;
}

/*
 * Frames that have become watched, to be told to vpci_trap_changed when the lock is free again.
 * One access brings three ranges at most: a new function's window, its table, and where that moves.
 */
struct vpci_trap_change {
	unsigned count;
	struct {
		mfn_t first;
		unsigned nr;
	} range[3];
};

static inline void vpci_trap_note(struct vpci_trap_change *change, mfn_t first, unsigned nr)
{
	change->range[change->count].first = first;
	change->range[change->count++].nr = nr;
}

extern struct spinlock vpci_lock;

/* The windows, constant after start-up. */
extern struct vpci_ecam {
	paddr_t base; /* of bus 0, whether or not the window has it */
	uint16_t segment;
	uint8_t first_bus, last_bus;
} vpci_ecam[];
extern unsigned vpci_nr_ecam;

/* Tells of frames that have become watched; without the lock. */
void vpci_announce(const struct vpci_trap_change *change);
/*
 * A dword of the MSI or MSI-X capability: the value after the write, and which bytes were written.
 * False: the dword at that offset is the device's own, and was not written.
 */
bool vpci_message_write(struct vpci_function *f, unsigned at, uint32_t value, unsigned bytes);

/* The command register: maps or unmaps BARs (vpci_guest.c). d->hvm.pci_lock is held. */
void vpci_guest_command(struct domain *d, struct vpci_guest *g, uint16_t value);

/* --- vpci_scan.c: which functions there are -------------------------------------------------- */

/* NULL: not known. */
struct vpci_function *vpci_find(struct pci_address a);
/* Looks at the device at a, which is not known, and notes it if there is one; NULL otherwise. */
struct vpci_function *vpci_probe(struct pci_address a, struct vpci_trap_change *change);
/* Forgets a function that answers no more (unplugged). */
void vpci_remove_absent(struct vpci_function *f);
/* The first known function, and the one after f; NULL at the end. */
struct vpci_function *vpci_next(const struct vpci_function *f);
/* The frame of an address's configuration window; INVALID_MFN if there is no window. */
mfn_t vpci_ecam_frame(struct pci_address a);

struct vpci_capability {
	uint8_t at, id;
};
/* Those that it says it has, in order; how many. */
unsigned vpci_capabilities(struct pci_address a, struct vpci_capability list[VPCI_CAPS]);

/* --- vpci_msi.c ------------------------------------------------------------------------------- */

/* What both kinds of messages have. device: the words for the device; false: told in the log. */
bool vpci_message_bind(const struct vpci_function *f, struct vpci_message *m, uint32_t device[3]);
void vpci_message_changed(const struct vpci_message *m);
void vpci_message_unbind(struct vpci_message *m);
/* The device's control register of the capability at that offset. */
uint16_t vpci_control_read(const struct vpci_function *f, unsigned at);
void vpci_control_write(const struct vpci_function *f, unsigned at, uint16_t value);

/* One dword of the capability, offset relative to the function. */
void vpci_msi_init(struct vpci_function *f, uint8_t at);
/* Is the dword at offset one whose contents differ from the device's? */
bool vpci_msi_covers(const struct vpci_function *f, unsigned offset);
uint32_t vpci_msi_read(const struct vpci_function *f, unsigned offset);
/* value: the whole dword after a write; bytes: which of it were written, one bit each. */
void vpci_msi_write(struct vpci_function *f, unsigned offset, uint32_t value, unsigned bytes);
/* Off, and no message left. */
void vpci_msi_reset(struct vpci_function *f);

/* --- vpci_msix.c ------------------------------------------------------------------------------ */

/* False: no memory, or the capability makes no sense; then it is left alone. */
bool vpci_msix_init(struct vpci_function *f, uint8_t at);
void vpci_msix_control_write(struct vpci_function *f, uint16_t value);
/* Command register or BARs were written: where is the table now? */
void vpci_msix_locate(struct vpci_function *f, struct vpci_trap_change *change);
/* The function that has its table at pa; *in_frame: or at least one has it in the same frame. */
struct vpci_function *vpci_msix_at(paddr_t pa, bool *in_frame);
/*
 * An access to what is in the frames of tables: to a table (writes of other sizes than 4 or 8, or
 * not aligned, are ignored), or to the device beside it. By a guest: only to those of owned, which
 * it has; NULL: domain 0's. False: no table is there.
 */
bool vpci_msix_access(const struct vpci_function *owned, paddr_t pa, unsigned size, bool write,
		      uint64_t *value);
void vpci_msix_reset(struct vpci_function *f);
void vpci_msix_release(struct vpci_function *f);

#endif
