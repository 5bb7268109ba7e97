// SPDX-License-Identifier: GPL-2.0-or-later
/* Hypercalls whose arguments are nowhere, all that there can be: errors, and no more than that. */
#include "test.h"
#include "wrong.h"

TEST(calls_with_wrong_addresses)
{
	wrong_addresses(false);
}

TEST(calls_with_wrong_addresses_in_32_bits)
{
	wrong_addresses(true);
}
