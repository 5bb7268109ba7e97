// SPDX-License-Identifier: GPL-2.0-or-later
/* An instruction whose length is known: all of its bytes belong to it. */
#ifndef TEST_KNOWN_LENGTH_H
#define TEST_KNOWN_LENGTH_H

struct known_length {
	int mode; /* the operand default in bits */
	const char *bytes;
};

#endif
