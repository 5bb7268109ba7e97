// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `xl create` and `xl restore` do around the making itself: the console, and what is said.
 */
#ifndef XL_MAKE_H
#define XL_MAKE_H

#include "vm/vm_make.h"

struct make_options {
	struct vm_making vm; /* ready is taken */
	bool console;        /* the terminal joins it */
};

/* Returns an exit status. */
int make_vm(struct make_options *o);

#endif
