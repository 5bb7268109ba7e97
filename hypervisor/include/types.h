// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scalar types everything speaks in: machine and guest frame numbers (boxed, so that the
 * compiler tells them apart), addresses, time. No functions beyond their conversions.
 */
#ifndef SOCLE_TYPES_H
#define SOCLE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
/* Page orders of the three sizes that a page-table entry can map. */
#define ORDER_4K 0u
#define ORDER_2M 9u
#define ORDER_1G 18u

typedef uint64_t paddr_t;   /* machine-physical address */
typedef uint64_t gpaddr_t;  /* guest-physical address */
typedef uint64_t time_ns_t; /* nanoseconds of system time (since the hypervisor's boot) */

typedef struct {
	uint64_t n;
} mfn_t; /* machine frame number */
typedef struct {
	uint64_t n;
} gfn_t; /* guest frame number */

#define MFN(x)      ((mfn_t){ (x) })
#define GFN(x)      ((gfn_t){ (x) })
#define INVALID_MFN MFN(~0UL)
#define INVALID_GFN GFN(~0UL)

static inline bool mfn_valid_number(mfn_t m)
{
	return m.n != ~0UL;
}

#define ARRAY_SIZE(a)                   (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define MIN(a, b)                       ((a) < (b) ? (a) : (b))
#define MAX(a, b)                       ((a) > (b) ? (a) : (b))
#define ROUND_UP(x, to)                 (((x) + (to)-1) & ~((typeof(x))(to)-1))
#define ROUND_DOWN(x, to)               ((x) & ~((typeof(x))(to)-1))
#define DIV_ROUND_UP(x, by)             (((x) + (by)-1) / (by))
#define BIT(n)                          (1UL << (n))

#define MS(x)                           ((time_ns_t)(x)*1000000UL)
#define US(x)                           ((time_ns_t)(x)*1000UL)
#define SECONDS(x)                      ((time_ns_t)(x)*1000000000UL)
#define TIME_NEVER                      (~(time_ns_t)0)

#define __packed                        __attribute__((packed))
#define __aligned(n)                    __attribute__((aligned(n)))
#define __printf_like(f, a)             __attribute__((format(printf, f, a)))
#define noreturn_fn                     __attribute__((noreturn))
#define likely(x)                       __builtin_expect(!!(x), 1)
#define unlikely(x)                     __builtin_expect(!!(x), 0)
#define READ_ONCE(x)                    (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)                (*(volatile typeof(x) *)&(x) = (v))

#endif
