// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl save`.
 */
#include <getopt.h>
#include <stdio.h>

#include "vm/vm_save.h"
#include "xl/xl.h"

static void report(const struct vm_save *s)
{
	const struct save_figures *f = &s->figures;

	printf("%s: %llu MiB of memory, %llu MiB of it zero, %llu MiB written, in %.1f s\n",
	       s->name, (unsigned long long)f->pages >> 8, (unsigned long long)f->zeroes >> 8,
	       (unsigned long long)f->written >> 20, s->running + s->suspending + s->writing);
	if (xl_verbose)
		fprintf(stderr, "suspending took %.2f s, writing %.2f s\n", s->suspending,
			s->writing);
}

int cmd_save(int argc, char **argv)
{
	struct vm_save s = { 0 };
	struct reason why;
	int opt;

	while ((opt = getopt(argc, argv, "clp")) != -1) {
		switch (opt) {
		case 'c': s.checkpoint = true; break;
		case 'l': s.live = true; break;
		case 'p': s.checkpoint = s.paused = true; break;
		default: return xl_usage();
		}
	}
	if (optind != argc - 2)
		return xl_usage();
	if (!xl_guest(argv[optind], &s.domid, "this is the control domain"))
		return XL_FAILED;
	s.file = argv[optind + 1];
	printf("Saving to %s\n", s.file);
	fflush(stdout);
	if (vm_save(xl_open(), &s, &why) < 0)
		return xl_failed(&why);
	report(&s);
	return XL_OK;
}
