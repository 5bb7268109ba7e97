// SPDX-License-Identifier: MIT
/*
 * Compile-time checks used at the end of every header here: a layout that drifts stops the build
 * where it drifted, and not in a guest. Every layout is x86-64's.
 */
#ifndef ABI_ASSERT_H
#define ABI_ASSERT_H

#include <stddef.h>
#include <stdint.h>

#define ABI_SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define ABI_OFFSET(type, field, at) \
	_Static_assert(offsetof(type, field) == (at), "offset of " #field " in " #type)

#endif
