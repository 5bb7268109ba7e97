// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which NIC is nic0, nic1 and so on: by their places in the machine at first sight, by their
 * addresses from then on, so that a card added later changes no name. No I/O.
 */
#ifndef NETWORK_NICS_H
#define NETWORK_NICS_H

#include "lib/bytes.h"
#include "network/net.h"

#define NICS_MAX 64
#define NIC_PATH 160

struct nic {
	char name[LINK_NAME]; /* the kernel's, now */
	char path[NIC_PATH];  /* in /sys/devices; sorts by PCI address */
	unsigned int port;    /* of a card that has several at one address */
	uint8_t mac[6];       /* burnt in */
	unsigned int number;  /* nicN */
};

struct nics {
	struct nic list[NICS_MAX];
	size_t nr;
};

/* What is remembered: one line each, "MAC NUMBER PATH". */
struct nic_memory {
	struct nic list[NICS_MAX];
	size_t nr;
};

/* Lines that make no sense are left out; returns how many. */
size_t nic_memory_parse(struct nic_memory *m, struct bytes text);
void nic_memory_format(const struct nic_memory *m, struct buf *out);

/*
 * Gives every NIC its number and sorts by it. A remembered address keeps its number; a card that
 * sits where a missing one sat inherits that one's; others get the lowest numbers that are free, in
 * the order of their paths. True if the memory has changed.
 */
bool nics_number(struct nics *nics, struct nic_memory *m);

/* All remembered NICs are there, and there is one: no need to wait for more. */
bool nics_complete(const struct nics *nics, const struct nic_memory *m);

void nic_name(const struct nic *nic, char name[LINK_NAME]);
/* The PCI address in the path ("0000:00:03.0"), or "". */
const char *nic_pci(const struct nic *nic, char text[16]);

#endif
