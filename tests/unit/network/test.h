// SPDX-License-Identifier: GPL-2.0-or-later
/* What every test here needs of cmocka, and a check on why something was refused. */
#ifndef TEST_NETWORK_H
#define TEST_NETWORK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/bytes.h"
#include "lib/log.h"

#define assert_reason(why, part)                                                   \
	do {                                                                       \
		if (!strstr((why).text, part))                                     \
			fail_msg("reason \"%s\" has no \"%s\"", (why).text, part); \
	} while (0)

static inline struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

#endif
