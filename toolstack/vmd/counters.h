// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the control domain's back ends have counted, of all guests at once: the interfaces' figures
 * are one file of the kernel's, the disks' are some small ones each.
 */
#ifndef VMD_COUNTERS_H
#define VMD_COUNTERS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An interface of the control domain; a guest's is vif<domid>.<devid>. */
struct link_counters {
	char name[IFNAMSIZ];
	uint64_t rx_bytes, tx_bytes; /* as the control domain sees it */
};

struct disk_counters {
	unsigned int domid, devid;
	uint64_t read_ops, write_ops, read_bytes, write_bytes;
};

struct counters {
	struct link_counters *links;
	size_t nr_links;
	struct disk_counters *disks; /* by domid, then devid */
	size_t nr_disks;
};

/* The text of /proc/net/dev. Takes it apart. False: out of memory. */
bool counters_parse_links(struct counters *c, char *text);
/* "vbd-5-51712", "vif7.0": false if it is none. */
bool counters_disk_name(const char *name, unsigned int *domid, unsigned int *devid);
bool counters_vif_name(const char *name, unsigned int *domid, unsigned int *devid);

/* Everything. What cannot be read is not in it. */
void counters_read(struct counters *c);
void counters_free(struct counters *c);

#endif
