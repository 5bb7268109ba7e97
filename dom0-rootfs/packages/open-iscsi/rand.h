/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random bytes from the kernel, under the name that open-iscsi calls.
 */
#ifndef OPENSSL_RAND_H
#define OPENSSL_RAND_H

#include <sys/random.h>

static inline int RAND_bytes(unsigned char *to, int len)
{
	return getrandom(to, (size_t)len, 0) == len;
}

#endif
