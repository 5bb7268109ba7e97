// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's messages: formatting, the threshold, the ring that domain 0 reads back, the rate
 * limit for what guests provoke. Sinks are console.c's, the end is panic.c's. The log lock covers
 * ring and sinks; the rate limit's table has its own.
 */
#include "log.h"

#include "boot_info.h"
#include "domain.h"
#include "hypercall.h"
#include "lib.h"
#include "private.h"
#include "spinlock.h"
#include "timer.h"

#define RING_SIZE      32768u /* a power of two: positions count on and on */
#define LINE_MAX_CHARS 240
#define PREFIX         "(socle) "

static struct spinlock lock = SPINLOCK_INIT;

static char ring[RING_SIZE];
/* Positions of the next byte written and of the oldest byte not cleared; log lock. */
static uint32_t ring_end, ring_start;

void log_lock(void)
{
	if (!panic_under_way())
		spin_lock(&lock);
}

void log_unlock(void)
{
	/* One taken before another CPU began to panic stays taken: nobody asks for it. */
	if (!panic_under_way())
		spin_unlock(&lock);
}

/* --- ring ------------------------------------------------------------------------------------- */

void log_ring_put(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ring[ring_end++ % RING_SIZE] = s[i];
	if (ring_end - ring_start > RING_SIZE)
		ring_start = ring_end - RING_SIZE;
}

const char *log_ring_piece(uint32_t *pos, size_t *len)
{
	uint32_t at = ring_start + *pos;

	*len = MIN(ring_end - at, RING_SIZE - at % RING_SIZE);
	*pos += (uint32_t)*len;
	return *len ? &ring[at % RING_SIZE] : NULL;
}

size_t log_ring_read(char *buf, size_t size, uint32_t *index, bool incremental, bool clear)
{
	uint32_t at;
	size_t n;

	log_lock();
	at = ring_start;
	/* An index that is overwritten, cleared or invented means from the start. */
	if (incremental && *index - ring_start <= ring_end - ring_start)
		at = *index;
	for (n = 0; n < size && at != ring_end; n++)
		buf[n] = ring[at++ % RING_SIZE];
	if (clear)
		ring_start = ring_end;
	log_unlock();
	*index = at;
	return n;
}

/* --- lines ------------------------------------------------------------------------------------ */

void log_emit(const char *head, const char *fmt, va_list ap)
{
	char line[sizeof(PREFIX) + LINE_MAX_CHARS + 1];
	size_t prefix = sizeof(PREFIX) - 1, room = LINE_MAX_CHARS, n;
	int len;

	memcpy(line, PREFIX, prefix);
	n = MIN(str_copy(line + prefix, head, room), room - 1);
	len = vsnprintf(line + prefix + n, room + 1 - n, fmt, ap);
	n += MIN((size_t)MAX(len, 0), room - n);
	line[prefix + n++] = '\n';

	log_lock();
	log_ring_put(line, prefix + n);
	console_put_line(line, prefix + n);
	log_unlock();
}

void log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if ((int)level > cmdline.log_level)
		return;
	va_start(ap, fmt);
	log_emit("", fmt, ap);
	va_end(ap);
}

/* --- what guests provoke ---------------------------------------------------------------------- */

#define RATE_LINES 8u /* per second and domain */
#define RATE_SLOTS 64u

/* Domains share a slot when their IDs collide; the one that comes takes it over. */
static struct rate {
	bool used;
	uint16_t domid;
	time_ns_t since;
	uint32_t lines, dropped;
} rates[RATE_SLOTS];
static struct spinlock rate_lock = SPINLOCK_INIT;

bool log_domain_allowed(uint16_t domid)
{
	struct rate *r = &rates[domid % RATE_SLOTS], old = { 0 };
	time_ns_t now = time_now();
	bool allowed;

	spin_lock(&rate_lock);
	/* Two domains of one slot share what it may: else each would clear the other's count. */
	if (!r->used || now - r->since >= SECONDS(1)) {
		old = *r;
		*r = (struct rate){ .used = true, .domid = domid, .since = now };
	}
	allowed = r->lines < RATE_LINES;
	if (allowed)
		r->lines++;
	else
		r->dropped++;
	spin_unlock(&rate_lock);

	if (old.dropped)
		log_warn("d%u: %u lines not shown, too many per second", old.domid, old.dropped);
	return allowed;
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
	char head[16];
	va_list ap;

	if ((int)level > cmdline.log_level || !log_domain_allowed(d->id))
		return;
	snprintf(head, sizeof(head), "d%u: ", d->id);
	va_start(ap, fmt);
	log_emit(head, fmt, ap);
	va_end(ap);
}
