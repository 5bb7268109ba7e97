// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sinks for text, the ring of typed characters for domain 0, and the line buffers for what other
 * domains write. The list of sinks is under the log lock; input and guests' lines each have their
 * own lock, held while no other is taken.
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

void console_register(struct console_sink *sink)
{
	struct console_sink **at;
	uint32_t pos = 0;
	const char *s;
	size_t len;

	log_lock();
	for (at = &sinks; *at && *at != sink; at = &(*at)->next)
		;
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
	log_lock();
	for (struct console_sink **at = &sinks; *at; at = &(*at)->next) {
		if (*at == sink) {
			*at = sink->next;
			break;
		}
	}
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

#define GUEST_LINE_MAX 160u
#define GUEST_LINES    16u

/* A line begun; a domain whose slot another one needs has it cut there. */
struct guest_line {
	domid_t domid;
	uint16_t len;
	char text[GUEST_LINE_MAX + 1];
};
static struct guest_line guest_lines[GUEST_LINES];
static struct spinlock guest_lock = SPINLOCK_INIT;

static void flush(const struct guest_line *line)
{
	if (LOG_DEBUG <= cmdline.log_level && log_domain_allowed(line->domid))
		log_debug("(d%u) %.*s", line->domid, line->len, line->text);
}

static bool end_line(struct guest_line *line, struct guest_line *out)
{
	*out = *line;
	line->len = 0;
	return out->len;
}

/* Adds c; true when *out is a line (with its terminating NUL) to be shown. */
static bool add_char(domid_t domid, char c, struct guest_line *out)
{
	struct guest_line *line = &guest_lines[domid % GUEST_LINES];
	bool full;

	spin_lock(&guest_lock);
	full = line->domid != domid && end_line(line, out);
	line->domid = domid;
	/* Whatever a terminal might take for a command is not a guest's to send. */
	if ((c >= ' ' && c <= '~') || c == '\t')
		line->text[line->len++] = c;
	if (!full && (c == '\n' || line->len == GUEST_LINE_MAX))
		full = end_line(line, out);
	spin_unlock(&guest_lock);
	return full;
}

void console_guest_write(const struct domain *d, const char *s, size_t len)
{
	struct guest_line line;

	for (size_t i = 0; i < len; i++)
		if (add_char(d->id, s[i], &line))
			flush(&line);
}
