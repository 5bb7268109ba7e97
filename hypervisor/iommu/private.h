// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parts of iommu/ share: what the firmware says of units and devices (dmar.c, ivrs.c), the
 * units with their command queues (queue.c), the tables that units walk (tables.c), and the two
 * drivers (amd.c, vtd.c) behind struct iommu_ops.
 */
#ifndef IOMMU_PRIVATE_H
#define IOMMU_PRIVATE_H

#include "iommu.h"
#include "spinlock.h"

#define IOMMU_MAX_UNITS    64u
#define IOMMU_MAX_RANGES   256u
#define IOMMU_MAX_RESERVED 64u

/* A function by its number in its segment: bus, device, function, as DMA carries it. */
typedef uint16_t devid_t;

static inline devid_t devid_of(struct pci_address a)
{
	return (devid_t)(a.bus << 8 | a.devfn);
}

static inline struct pci_address address_of(uint16_t segment, devid_t id)
{
	return (struct pci_address){ segment, (uint8_t)(id >> 8), (uint8_t)id };
}

/* --- dmar.c, ivrs.c: the firmware's tables ---------------------------------------------------- */

/* Devices that are behind some unit of their segment. */
struct iommu_range {
	uint16_t segment;
	devid_t first, last;
	devid_t alias; /* what their DMA carries instead, if is_alias; 0 else */
	bool is_alias;
	bool is_special;  /* AMD: the host's interrupts have this name too, whatever else has it */
	uint8_t settings; /* AMD: the entry's data */
};

/* Memory that devices use on the firmware's behalf, and go on using: [start, end). */
struct iommu_reserved {
	paddr_t start, end;
	uint16_t segment;
	devid_t first, last;
};

struct iommu_firmware {
	struct {
		paddr_t base;
		uint16_t segment;
		uint8_t flags; /* AMD: how the unit is to be set up */
	} unit[IOMMU_MAX_UNITS];
	unsigned nr_units;
	uint8_t unit_parts; /* AMD: of which type those are that name units */
	struct iommu_range range[IOMMU_MAX_RANGES];
	unsigned nr_ranges;
	struct iommu_reserved reserved[IOMMU_MAX_RESERVED];
	unsigned nr_reserved;
};

/*
 * A table whose length and checksum are right; all else in it may lie. -EINVAL: what it holds makes
 * no sense, and one log line says where; *fw is then not to be used.
 */
int dmar_parse(const uint8_t *table, struct iommu_firmware *fw);
int ivrs_parse(const uint8_t *table, struct iommu_firmware *fw);
/*
 * What both do: has read look at each of the table's parts, which have their size at 2, within
 * those bytes; false from it ends it.
 */
int firmware_walk(const uint8_t *table, struct iommu_firmware *fw,
		  bool (*read)(const uint8_t *part, unsigned size, struct iommu_firmware *fw));
/* Adding to *fw, for both; false when there are too many or it is nonsense. */
bool firmware_add_unit(struct iommu_firmware *fw, paddr_t base, uint16_t segment, uint8_t flags);
bool firmware_add_range(struct iommu_firmware *fw, const struct iommu_range *range);
bool firmware_add_reserved(struct iommu_firmware *fw, const struct iommu_reserved *reserved);
/* NULL: that device is behind no unit. What is special is found by its other entries. */
const struct iommu_range *firmware_find(const struct iommu_firmware *fw, uint16_t segment,
					devid_t id);

/* --- tables.c: what a unit walks -------------------------------------------------------------- */

#define DMA_READ  1u
#define DMA_WRITE 2u

/* How an entry is written; levels count from 0, the one that maps 4K. */
struct iommu_format {
	unsigned levels;      /* 3 or 4 */
	bool has_2m;          /* leaves at level 1 are allowed */
	bool is_coherent;     /* units see what is in the CPU's caches */
	uint64_t read, write; /* of a leaf, and both of an entry that points to a table */
	uint64_t present;     /* in both */
	uint64_t large;       /* of a leaf at level 1 */
	unsigned level_shift; /* where an entry that points to a table has its level; 0: nowhere */
};

/* An empty table; NULL for want of memory. */
uint64_t *iommu_table_alloc(const struct iommu_format *f);
/*
 * 512^level frames (level 0 to 2) from dfn, aligned to that, are mfn and those after it; access 0:
 * nothing. What is beyond the tables' reach stays out of devices' reach. -ENOMEM: nothing there is
 * mapped any more, or what was there still is, as a whole, if access was 0.
 */
int iommu_table_set(const struct iommu_format *f, uint64_t *root, uint64_t dfn, mfn_t mfn,
		    unsigned level, unsigned access);
void iommu_table_free(const struct iommu_format *f, uint64_t *root);
/* A write to memory that units read: makes it visible to those that do not snoop. */
void iommu_written(const struct iommu_format *f, const void *p, size_t size);
/* One of eight bytes, and makes it so. */
void iommu_write(const struct iommu_format *f, uint64_t *e, uint64_t value);

/* --- queue.c: units and their commands -------------------------------------------------------- */

struct iommu_unit {
	paddr_t base;
	uint16_t segment;
	uint8_t flags;
	volatile char *regs;
	uint64_t *devices;    /* device table or root table; one for a segment */
	struct spinlock lock; /* queue, tail, sequence */
	uint64_t (*queue)[2]; /* a page */
	unsigned tail;
	uint64_t sequence, done; /* the unit writes the number of the last wait that it passed */
	uint64_t (*events)[2];   /* AMD: a page of its log */
};

extern struct iommu_unit iommu_units[IOMMU_MAX_UNITS];
extern unsigned iommu_nr_units;

#define for_each_unit(u) \
	for (struct iommu_unit *u = iommu_units; u < iommu_units + iommu_nr_units; u++)

/* Has one command executed, with all that it invalidates; panics when the unit does not answer. */
void iommu_command(struct iommu_unit *u, uint64_t low, uint64_t high);

static inline uint32_t unit_read32(const struct iommu_unit *u, unsigned reg)
{
	return *(const volatile uint32_t *)(u->regs + reg);
}
static inline uint64_t unit_read64(const struct iommu_unit *u, unsigned reg)
{
	return *(const volatile uint64_t *)(u->regs + reg);
}
static inline void unit_write32(struct iommu_unit *u, unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)(u->regs + reg) = value;
}
static inline void unit_write64(struct iommu_unit *u, unsigned reg, uint64_t value)
{
	*(volatile uint64_t *)(u->regs + reg) = value;
}

/* --- the drivers ------------------------------------------------------------------------------ */

/* What a unit refused; direction and address as far as it says. */
struct iommu_fault {
	uint16_t segment;
	devid_t device;
	bool is_write;
	unsigned reason; /* the unit's own number for it */
	uint64_t address;
};

struct iommu_ops {
	const char *name;
	struct iommu_format *format;
	unsigned tail_register; /* of the command queue; takes bytes */
	/* The command that has `value` written to `done`, when all before it are executed. */
	void (*wait)(paddr_t done, uint64_t value, uint64_t command[2]);
	unsigned registers; /* bytes of them */
	/*
	 * Each unit's features and tables; format is final then. -EOPNOTSUPP, with a log line:
	 * a unit lacks what is needed; -ENOMEM.
	 */
	int (*prepare)(void);
	/* Every device is t's, and translation is turned on. */
	void (*start)(const struct iommu_domain *t);
	/* t's, or nobody's. -ENOMEM. The TLB is the caller's business. */
	int (*assign)(uint16_t segment, devid_t id, const struct iommu_domain *t);
	/* All translations of that domain. */
	void (*flush)(struct iommu_unit *u, uint16_t domain);
	/* Takes the oldest faults out of the unit's log; how many of at most max. */
	unsigned (*faults)(struct iommu_unit *u, struct iommu_fault *fault, unsigned max);
	unsigned max_domains; /* ids below it; set by prepare */
	/* As iommu_interrupt; NULL: the units do not look at interrupts. */
	void (*interrupt)(uint8_t vector, uint32_t apic_id, bool allowed);
};

extern struct iommu_ops amd_iommu_ops, vtd_ops;
extern struct iommu_ops *iommu_ops;
extern struct iommu_firmware iommu_firmware;

#endif
