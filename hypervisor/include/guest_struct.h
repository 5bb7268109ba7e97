// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Structures of the interface that hold words (pointers, frame numbers, counts): 8 bytes in
 * abi/, 4 in the memory of a caller in 32-bit mode, where 64-bit fields are also aligned to 4 only.
 * Each such structure is described once by the string of its fields, and the copy translates.
 * Structures without words, or with the same places in both forms, need none of this.
 */
#ifndef SOCLE_GUEST_STRUCT_H
#define SOCLE_GUEST_STRUCT_H

#include "types.h"

/* h: 16 bits, i: 32, q: 64, w: a word; | aligns to a word: where a structure within begins. */
#define FIELDS_memory_reservation   "wwiih"
#define FIELDS_add_to_physmap       "hhiww"
#define FIELDS_add_to_physmap_batch "hhhhwww"
#define FIELDS_remove_from_physmap  "hw"
#define FIELDS_memory_map           "iw"
#define FIELDS_foreign_memory_map   "h|iw"
#define FIELDS_setup_table          "hihw"
#define FIELDS_get_status_frames    "ihhw"
#define FIELDS_transfer             "whih"
#define FIELDS_grant_copy           "whh|whh|hhh"
#define FIELDS_poll                 "wiq"
#define FIELDS_runstate             "iqqqqq"
#define FIELDS_set_singleshot_timer "qi"
#define FIELDS_multicall_entry      "wwwwwwww"
#define FIELDS_word                 "w"

/* Does the hypercall under way come from 32-bit mode? */
bool guest_is_32bit(void);

/* Bytes that the structure takes in the caller's memory. */
size_t guest_struct_size(const char *fields);

/*
 * Between the caller's n structures at guest_va and our own; 0 or -EFAULT. fields may be NULL where
 * both are the same.
 */
int guest_structs_copy_from(void *dst, size_t dst_size, uint64_t guest_va, const char *fields,
			    unsigned n);
int guest_structs_copy_to(uint64_t guest_va, const void *src, size_t src_size, const char *fields,
			  unsigned n);

#define guest_struct_from(dst, guest_va, fields) \
	guest_structs_copy_from((dst), sizeof(*(dst)), (guest_va), (fields), 1)
#define guest_struct_to(guest_va, src, fields) \
	guest_structs_copy_to((guest_va), (src), sizeof(*(src)), (fields), 1)

/* Element i of an array of words. */
int guest_word_from(uint64_t *word, uint64_t guest_va, uint64_t i);
int guest_word_to(uint64_t guest_va, uint64_t i, uint64_t word);

#endif
