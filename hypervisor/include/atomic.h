// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Atomic operations on plain integers and bit arrays, as thin names over the compiler's builtins.
 * All are sequentially consistent (on x86 the locked instruction is a full barrier anyway).
 */
#ifndef SOCLE_ATOMIC_H
#define SOCLE_ATOMIC_H

#include "types.h"

#define atomic_read(p)    __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define atomic_set(p, v)  __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)
#define atomic_add(p, v)  __atomic_add_fetch((p), (v), __ATOMIC_SEQ_CST) /* returns the new value */
#define atomic_sub(p, v)  __atomic_sub_fetch((p), (v), __ATOMIC_SEQ_CST)
#define atomic_or(p, v)   __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST) /* returns the old value */
#define atomic_and(p, v)  __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)
#define atomic_xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)

/* True when *p was old and is now new. */
#define atomic_cmpxchg(p, old, new)                                                          \
	({                                                                                   \
		typeof(*(p)) expected_ = (old);                                              \
		__atomic_compare_exchange_n((p), &expected_, (new), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                               \
	})

/*
 * Bit arrays of 64-bit words; each returns the bit's old value. Also used on pages shared with
 * guests.
 */
static inline bool bit_test_and_set(unsigned nr, volatile uint64_t *map)
{
	return atomic_or(&map[nr / 64], BIT(nr % 64)) & BIT(nr % 64);
}
static inline bool bit_test_and_clear(unsigned nr, volatile uint64_t *map)
{
	return atomic_and(&map[nr / 64], ~BIT(nr % 64)) & BIT(nr % 64);
}
static inline bool bit_test(unsigned nr, const volatile uint64_t *map)
{
	return map[nr / 64] & BIT(nr % 64);
}

static inline void memory_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
