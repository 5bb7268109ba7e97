// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain of two vCPUs whose state is kept in arrays, and streams of records to load into it.
 */
#ifndef TEST_SAVED_STATE_H
#define TEST_SAVED_STATE_H

#include "host_model.h"

#include "abi/hvm_save.h"
#include "hvm.h"
#include "hvm/vlapic_private.h"

#define VCPUS 2u

extern struct domain *d;
extern struct hvm_state states[VCPUS];
extern unsigned changes; /* calls that change a vCPU */
extern unsigned ups;
extern unsigned apics_restored;
extern struct vlapic restored; /* the last one, as it was then */

int setup(void **state);
int teardown(void **state);

struct stream {
	uint8_t bytes[32768];
	size_t size;
};

void add(struct stream *s, uint16_t code, uint16_t instance, const void *body, size_t len);
void add_header(struct stream *s);
int load(const struct stream *s);
/* A stream of this record alone. */
int load_cpu(const struct hvm_hw_cpu *c);

/* The state that a PVH kernel is entered with. */
struct hvm_hw_cpu pvh_cpu(void);
/* That of a 64-bit kernel at work. */
struct hvm_hw_cpu long_mode_cpu(void);
struct hvm_hw_mtrr builder_mtrr(void);

#endif
