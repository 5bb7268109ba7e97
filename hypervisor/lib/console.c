// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sinks for text, the ring of typed characters for domain 0, and the lines that other domains
 * write. The list of sinks is under the log lock; input has a lock of its own, held while no other
 * is taken, and so have guests' lines, outside the log's.
 */
#include "console.h"

#include "boot_info.h"
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "log.h"
#include "private.h"
#include "spinlock.h"

static struct console_sink *sinks;
static bool mid_line; /* domain 0 left the cursor behind some text */

static void put(const char *s, size_t len)
{
	for (struct console_sink *sink = sinks; sink; sink = sink->next)
		sink->write(s, len);
}

void console_put_line(const char *s, size_t len)
{
	if (mid_line)
		put("\n", 1);
	mid_line = false;
	put(s, len);
}

void console_write(const char *s, size_t len)
{
	if (!len)
		return;
	log_lock();
	put(s, len);
	mid_line = s[len - 1] != '\n';
	log_unlock();
}

/* What points to the sink, or the list's end. */
static struct console_sink **place_of(const struct console_sink *sink)
{
	struct console_sink **at = &sinks;

	while (*at && *at != sink)
		at = &(*at)->next;
	return at;
}

void console_register(struct console_sink *sink)
{
	struct console_sink **at;
	uint32_t pos = 0;
	const char *s;
	size_t len;

	log_lock();
	at = place_of(sink);
	if (!*at) {
		while ((s = log_ring_piece(&pos, &len)) != NULL)
			sink->write(s, len);
		sink->next = NULL;
		*at = sink;
	}
	log_unlock();
}

void console_unregister(struct console_sink *sink)
{
	struct console_sink **at;

	log_lock();
	at = place_of(sink);
	if (*at)
		*at = sink->next;
	log_unlock();
}

/* --- input ------------------------------------------------------------------------------------ */

#define INPUT_SIZE 1024u

static char input[INPUT_SIZE];
static uint32_t input_end, input_start; /* count on and on; input_lock */
static struct spinlock input_lock = SPINLOCK_INIT;

void console_receive(const char *s, size_t len)
{
	spin_lock(&input_lock);
	for (size_t i = 0; i < len && input_end - input_start < INPUT_SIZE; i++)
		input[input_end++ % INPUT_SIZE] = s[i];
	spin_unlock(&input_lock);
	if (len && domain0)
		event_global_virq(VIRQ_CONSOLE);
}

size_t console_input(char *buf, size_t size)
{
	size_t n = 0;

	spin_lock(&input_lock);
	while (n < size && input_start != input_end)
		buf[n++] = input[input_start++ % INPUT_SIZE];
	spin_unlock(&input_lock);
	return n;
}

/* --- other domains' output -------------------------------------------------------------------- */

static struct spinlock guest_lock = SPINLOCK_INIT;

static void guest_put(struct domain *d, char c)
{
	struct console_line *line = &d->console_line;

	/* Whatever a terminal might take for a command is not a guest's to send. */
	if ((c >= ' ' && c <= '~') || c == '\t')
		line->text[line->len++] = c;
	if (!line->len || (c != '\n' && line->len < sizeof(line->text)))
		return;
	if (LOG_DEBUG <= cmdline.log_level && log_domain_allowed(d->id))
		log_debug("(d%u) %.*s", d->id, line->len, line->text);
	line->len = 0;
}

void console_guest_write(struct domain *d, const char *s, size_t len)
{
	spin_lock(&guest_lock);
	for (size_t i = 0; i < len; i++)
		guest_put(d, s[i]);
	spin_unlock(&guest_lock);
}
