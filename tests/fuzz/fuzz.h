// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every fuzz target includes. A target is one function that libFuzzer calls with bytes of its
 * own making: it runs a parser on them and checks what the parser promises. Any crash, sanitizer
 * report or broken promise ends the program and leaves the bytes in a file.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Something that must hold whatever the input. */
#define MUST(condition)                                                                   \
	do {                                                                              \
		if (!(condition)) {                                                       \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, \
				#condition);                                              \
			abort();                                                          \
		}                                                                         \
	} while (0)

#endif
