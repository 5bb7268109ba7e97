// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the micro-guests that are measured say what they found: "BENCH name number", once a figure.
 * Time is in ns; where the machine counts instructions as time (-icount shift=0), it is those.
 */
#ifndef BENCH_H
#define BENCH_H

#include "clock.h"
#include "print.h"

#define SAY(name, value) print("BENCH %s %lu\n", name, (unsigned long)(value))

/* Runs a statement so many times and prints the time of one. */
#define BENCH(name, rounds, ...) SAY(name, TIME_OF(rounds, __VA_ARGS__))

#endif
