// SPDX-License-Identifier: GPL-2.0-or-later
/* The log's end in an area that outlives a restart (kept_log.h). Used at start-up and by panic. */
#include "kept_log.h"

#include "lib.h"
#include "log.h"
#include "lz4.h"
#include "private.h"

#define MAGIC     0x676f6c20656c6353UL /* "Scle log" */
#define TOLD_SIZE 4096u
#define LINE_SIZE 200u

struct kept_log {
	uint64_t magic;
	uint64_t address;
	uint32_t length;
	uint32_t check; /* of the text */
	char text[];
};
#define TEXT_MAX (KEPT_LOG_SIZE - sizeof(struct kept_log))

static struct kept_log *kept;
static paddr_t kept_address;

void kept_log_use(void *area, paddr_t address)
{
	kept = area;
	kept_address = address;
	kept->magic = 0;
}

const char *kept_log_text(const void *area, paddr_t address, size_t *len)
{
	const struct kept_log *k = area;

	if (k->magic != MAGIC || k->address != address || !k->length || k->length > TEXT_MAX ||
	    xxh32(k->text, k->length) != k->check)
		return NULL;
	*len = k->length;
	return k->text;
}

static void tell_line(const char *s, size_t len)
{
	char line[LINE_SIZE];
	size_t n = MIN(len, sizeof(line) - 1);

	/* It was the log's, but that is long ago: nothing for a terminal to obey. */
	for (size_t i = 0; i < n; i++)
		line[i] = s[i] >= ' ' && s[i] <= '~' ? s[i] : '.';
	line[n] = '\0';
	log_warn("| %s", line);
}

void kept_log_tell(void *area, paddr_t address)
{
	struct kept_log *k = area;
	size_t len, at, end;
	const char *text = kept_log_text(area, address, &len);

	if (!text)
		return;
	log_warn("before this start the hypervisor panicked; the end of its log:");
	at = len > TOLD_SIZE ? len - TOLD_SIZE : 0;
	for (; at < len; at = end + 1) {
		for (end = at; end < len && text[end] != '\n'; end++)
			;
		tell_line(text + at, end - at);
	}
	k->magic = 0;
}

void kept_log_write(void)
{
	uint32_t pos = 0, n = 0;
	size_t len, all = 0, skip;
	const char *s;

	if (!kept)
		return;
	while ((s = log_ring_piece(&pos, &len)) != NULL)
		all += len;
	skip = all > TEXT_MAX ? all - TEXT_MAX : 0;
	for (pos = 0; (s = log_ring_piece(&pos, &len)) != NULL;) {
		size_t cut = MIN(skip, len);

		skip -= cut;
		/* A CPU that does not stop may still write: no more than there is room. */
		len = MIN(len - cut, TEXT_MAX - n);
		memcpy(kept->text + n, s + cut, len);
		n += (uint32_t)len;
	}
	kept->length = n;
	kept->check = xxh32(kept->text, n);
	kept->address = kept_address;
	kept->magic = MAGIC;
}
