// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parts of the measuring program share: the clock, the figure line, and how it fails.
 * Each measurement prints one line, "FIGURE operations bytes nanoseconds".
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdnoreturn.h>

#define SECOND 1000000000ULL

uint64_t now(void); /* nanoseconds, monotonic */
void figure_print(uint64_t operations, uint64_t bytes, uint64_t nanoseconds);

/* Prints the message, errno's text after it, and ends the program. */
noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A number from the command line; ends the program unless it is 1 to max. */
uint64_t number(const char *text, uint64_t max);

/* Commands: arguments after the command's name; exit status. */
int disk_main(char **arguments);
int serve_main(char **arguments);
int tcp_stream_main(char **arguments);
int tcp_ping_main(char **arguments);
int udp_ping_main(char **arguments);
int time_main(char **arguments);
int fill_main(char **arguments);

#endif
