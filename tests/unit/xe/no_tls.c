// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xe for tests beside a daemon's socket: it makes no TLS connections, and keeps what it has until
 * it ends.
 */
#include "xe/die.h"
#include "xe/link.h"

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

struct tls *tls_open(int fd, const struct settings *s)
{
	die(EXIT_NO_HOST, "this xe is for tests, and knows no TLS");
}

bool tls_write(struct tls *t, const void *data, size_t len)
{
	return false;
}

ssize_t tls_read(struct tls *t, void *data, size_t len)
{
	return -1;
}

bool tls_pending(const struct tls *t)
{
	return false;
}

void tls_close(struct tls *t)
{
}
