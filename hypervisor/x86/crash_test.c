// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crash_test=<what>[,<CPU>]: a fault of the hypervisor on purpose, as soon as that CPU (0, unless
 * told) would begin its work. For who wants to see what a crash leaves behind on this machine, and
 * for the tests of what is there to catch one.
 */
#include "boot_info.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

extern char _image_start[], _rodata_start[];

/* Kept from the compiler's eyes, which would know better. */
static volatile unsigned endless = ~0u;
static uint8_t data[1];

static void read_at(void *where)
{
	log_info("%u", *(const volatile unsigned *)where);
}

static void write_at(void *where)
{
	*(volatile char *)where = 0;
}

/* The same frame by its other address. */
static void write_alias(void *where)
{
	write_at(paddr_to_virt(virt_to_paddr(where)));
}

static void run_at(void *where)
{
	*(volatile uint8_t *)where = 0xc3;
	((void (*)(void))(uintptr_t)where)();
}

static void run_heap(void *where)
{
	run_at(heap_alloc(0));
}

/* Not a tail call: each keeps its piece of the stack until those below are done. */
static __attribute__((noinline)) unsigned stack_eat(unsigned n)
{
	volatile char piece[256];

	piece[0] = (char)n;
	return n ? stack_eat(n - 1) + (unsigned)piece[0] : 0;
}

static void stack_overrun(void *where)
{
	log_info("%u", stack_eat(endless));
}

static __attribute__((noinline)) void buffer_overrun(void *where)
{
	char piece[16];
	volatile char *volatile p = piece;

	for (unsigned i = 0; i < 32 && endless; i++)
		p[i] = 'x';
}

static void bug(void *where)
{
	BUG_ON(endless);
}

static void hang(void *where)
{
	while (endless)
		cpu_pause();
}

/* What tells of a crash is not above suspicion. */
static void again(void *where)
{
	panic_begin();
	read_at(where);
}

static void undefined(void *where)
{
	__asm__ volatile("ud2");
}

static const struct {
	const char *name;
	void (*run)(void *where);
	void *where;
} tests[] = {
	{ "read-null", read_at, NULL },
	{ "write-text", write_at, _image_start },
	{ "write-alias", write_alias, _image_start },
	{ "write-constant", write_at, _rodata_start },
	{ "run-data", run_at, data },
	{ "run-heap", run_heap, NULL },
	{ "stack", stack_overrun, NULL },
	{ "canary", buffer_overrun, NULL },
	{ "bug", bug, NULL },
	{ "hang", hang, NULL },
	{ "undefined", undefined, NULL },
	{ "again", again, NULL },
};

void crash_test(void)
{
	if (!cmdline.crash_test[0] || cmdline.crash_test_cpu != this_cpu()->id)
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
		if (strcmp(cmdline.crash_test, tests[i].name) != 0)
			continue;
		log_warn("crash_test=%s on CPU %u, as asked for", tests[i].name, this_cpu()->id);
		tests[i].run(tests[i].where);
		log_err("crash_test=%s has gone unnoticed", tests[i].name);
		return;
	}
	log_warn("crash_test: there is none of the name \"%s\"", cmdline.crash_test);
}
