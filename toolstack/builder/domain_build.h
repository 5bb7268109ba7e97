// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds a PVH guest: from a specification to a domain that is complete and paused. What fails
 * leaves no domain behind.
 */
#ifndef TOOLSTACK_DOMAIN_BUILD_H
#define TOOLSTACK_DOMAIN_BUILD_H

#include <stdbool.h>

#include "builder/phases.h"
#include "lib/log.h"
#include "lib/xencall.h"

struct domain_spec {
	uint8_t uuid[16];
	const char *kernel;  /* path */
	const char *ramdisk; /* path, or NULL */
	const char *cmdline;
	uint64_t memory_kib;
	uint64_t max_memory_kib; /* at least memory_kib */
	unsigned int vcpus;      /* online at start */
	unsigned int max_vcpus;
	unsigned int max_grant_frames;
	unsigned int max_event_channels;
	unsigned int tsc_mode; /* 0 default, 1 always emulate, 2 native */
	bool with_pci;         /* devices of the machine will be given to it */
	bool with_store;       /* there is a xenstored: the guest is told where its ring is */
};

struct domain_built {
	domid_t domid;
	uint32_t console_port; /* the guest's; 0 has remote access */
	uint32_t store_port;
};

/* Returns -1 with the reason. */
int domain_build(struct xencall *xc, const struct domain_spec *spec, struct domain_built *built,
		 struct phases *phases, struct reason *why);

#endif
