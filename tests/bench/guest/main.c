// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The measuring program, in a guest and in the control domain: the table of its commands, and the
 * small ones. Static and without files of its own, so that it runs everywhere alike.
 */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

void figure_print(uint64_t operations, uint64_t bytes, uint64_t nanoseconds)
{
	printf("FIGURE %llu %llu %llu\n", (unsigned long long)operations, (unsigned long long)bytes,
	       (unsigned long long)nanoseconds);
}

noreturn void fail(const char *format, ...)
{
	int error = errno;
	va_list rest;

	fputs("bench: ", stderr);
	va_start(rest, format);
	vfprintf(stderr, format, rest);
	va_end(rest);
	fprintf(stderr, ": %s\n", strerror(error));
	exit(1);
}

uint64_t number(const char *text, uint64_t max)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*end || value < 1 || value > max) {
		errno = ERANGE;
		fail("%s is not a number from 1 to %llu", text, (unsigned long long)max);
	}
	return value;
}

/* Runs a command and says how long it took; its exit status is the answer. */
int time_main(char **arguments)
{
	uint64_t start = now();
	pid_t child = fork();
	int status;

	if (child < 0)
		fail("fork");
	if (!child) {
		execvp(arguments[0], arguments);
		fail("%s", arguments[0]);
	}
	if (waitpid(child, &status, 0) != child)
		fail("waitpid");
	figure_print(1, 0, now() - start);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/*
 * Fills so many MiB with bytes that no two pages share, says so, and keeps them: memory that cannot
 * be skipped when the guest is saved.
 */
int fill_main(char **arguments)
{
	size_t pages = number(arguments[0], 1 << 16) * 256;
	uint64_t *memory = aligned_alloc(PAGE, pages * PAGE);
	size_t words = pages * (PAGE / 8);
	uint64_t x = 88172645463325252ULL;

	if (!memory)
		fail("%zu pages", pages);
	for (size_t i = 0; i < words; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memory[i] = x;
	}
	puts("FILLED");
	fflush(stdout);
	if (fork())
		return 0;
	for (;;)
		pause();
}

static const struct command {
	const char *name;
	int arguments; /* at least */
	int (*run)(char **arguments);
	const char *usage;
} commands[] = {
	{ "disk", 4, disk_main, "PATH random|sequential read|write SECONDS" },
	{ "serve", 0, serve_main, "" },
	{ "tcp-stream", 2, tcp_stream_main, "ADDRESS SECONDS" },
	{ "tcp-ping", 2, tcp_ping_main, "ADDRESS SECONDS" },
	{ "udp-ping", 2, udp_ping_main, "ADDRESS SECONDS" },
	{ "time", 1, time_main, "COMMAND..." },
	{ "fill", 1, fill_main, "MIB" },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *c = &commands[i];

		if (argc >= 2 + c->arguments && !strcmp(argv[1], c->name))
			return c->run(argv + 2);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(stderr, "usage: bench %s %s\n", commands[i].name, commands[i].usage);
	return 2;
}
