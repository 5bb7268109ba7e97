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
static volatile uintptr_t nowhere;
static volatile unsigned endless = ~0u;

static void read_null(void)
{
	log_info("%u", *(const volatile unsigned *)nowhere);
}

static void write_text(void)
{
	*(volatile char *)_image_start = 0;
}

/* The same frame by its other address. */
static void write_text_alias(void)
{
	*(volatile char *)paddr_to_virt(virt_to_paddr(_image_start)) = 0;
}

static void write_constant(void)
{
	*(volatile char *)_rodata_start = 0;
}

static void run_data(void)
{
	static uint8_t code[] = { 0xc3 };

	((void (*)(void))(uintptr_t)code)();
}

static void run_heap(void)
{
	uint8_t *code = heap_alloc(0);

	if (!code)
		return;
	code[0] = 0xc3;
	((void (*)(void))(uintptr_t)code)();
}

/* Not a tail call: each keeps its piece of the stack until those below are done. */
static __attribute__((noinline)) unsigned stack_eat(unsigned n)
{
	volatile char piece[256];

	piece[0] = (char)n;
	return n ? stack_eat(n - 1) + (unsigned)piece[0] : 0;
}

static void stack_overrun(void)
{
	log_info("%u", stack_eat(endless));
}

static __attribute__((noinline)) void buffer_overrun(void)
{
	char piece[16];
	volatile char *volatile p = piece;

	for (unsigned i = 0; i < 32 && endless; i++)
		p[i] = 'x';
}

static void bug(void)
{
	BUG_ON(endless);
}

static void hang(void)
{
	while (endless)
		cpu_pause();
}

/* What tells of a crash is not above suspicion. */
static void again(void)
{
	panic_begin();
	read_null();
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "read-null", read_null },
	{ "write-text", write_text },
	{ "write-alias", write_text_alias },
	{ "write-constant", write_constant },
	{ "run-data", run_data },
	{ "run-heap", run_heap },
	{ "stack", stack_overrun },
	{ "canary", buffer_overrun },
	{ "bug", bug },
	{ "hang", hang },
	{ "undefined", undefined },
	{ "again", again },
};

void crash_test(void)
{
	if (!cmdline.crash_test[0] || cmdline.crash_test_cpu != this_cpu()->id)
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
		if (strcmp(cmdline.crash_test, tests[i].name) != 0)
			continue;
		log_warn("crash_test=%s on CPU %u, as asked for", tests[i].name, this_cpu()->id);
		tests[i].run();
		log_err("crash_test=%s has gone unnoticed", tests[i].name);
		return;
	}
	log_warn("crash_test: there is none of the name \"%s\"", cmdline.crash_test);
}
