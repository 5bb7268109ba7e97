// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that xenstored reads without having written it as it stands: the pages of two domains,
 * and the journal of an earlier process. Input: which of both; then for the pages steps of where,
 * how much and what to write into a page, each followed by a round of service; for the journal its
 * records. A domain stays below its quotas and keeps nobody waiting, one who writes nonsense is not
 * served any more, and in the end nothing is left. What was restored and is kept is the same when
 * it is restored again.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/evtchn.h"
#include "lib/grant_map.h"
#include "lib/log.h"
#include "xenstored/domain.h"
#include "xenstored/journal.h"
#include "xenstored/monitor.h"
#include "xenstored/state.h"
#include "xenstored/transaction.h"
#include "xenstored/usage.h"

#define FIRST   5
#define DOMAINS 2
#define ROUNDS  4096 /* more than what any ring holds takes */
#define SLACK   (512 * 1024)

static struct xenstore_domain_interface *pages[DOMAINS];
static char folder[] = "/tmp/fuzz_store_ring.XXXXXX";

/* What is wrong with the input is said with every input. */
void log_error(const char *fmt, ...)
{
	MUST(fmt);
}

void log_warning(const char *fmt, ...)
{
	MUST(fmt);
}

void log_info(const char *fmt, ...)
{
	MUST(fmt);
}

int evtchn_open(void)
{
	return 3;
}

int evtchn_bind_virq(int fd, uint32_t virq)
{
	return fd + (int)virq;
}

int evtchn_bind_interdomain(int fd, uint32_t domid, uint32_t remote_port)
{
	return fd + (int)domid + (int)(remote_port % 8);
}

int evtchn_unbind(int fd, uint32_t port)
{
	return fd < 0 || port == 0 ? -1 : 0;
}

int evtchn_notify(int fd, uint32_t port)
{
	return fd < 0 || port == 0 ? -1 : 0;
}

int evtchn_next(int fd, uint32_t *port)
{
	*port = 0;
	return fd < 0 ? -1 : 0;
}

int evtchn_unmask(int fd, uint32_t port)
{
	return fd < 0 || port == 0 ? -1 : 0;
}

int grant_open(void)
{
	return 4;
}

/* Only these two domains exist. */
void *grant_map(int fd, uint32_t domid, uint32_t ref, uint64_t *index)
{
	*index = ref;
	if (fd < 0 || domid < FIRST || domid >= FIRST + DOMAINS) {
		errno = EINVAL;
		return NULL;
	}
	return pages[domid - FIRST];
}

void grant_unmap(int fd, void *page, uint64_t index)
{
	MUST(fd >= 0 && page && index);
}

int monitor_ask(struct domain_state states[MONITOR_DOMAINS])
{
	for (unsigned int i = 0; i < DOMAINS; i++)
		states[i] = (struct domain_state){ .domid = (uint16_t)(FIRST + i) };
	return DOMAINS;
}

/* Serves until there is nothing to do: nobody can make that last for ever. */
static void serve(void)
{
	unsigned int rounds = 0;

	while (domains_serve())
		MUST(++rounds < ROUNDS);
	for (unsigned int i = FIRST; i < FIRST + DOMAINS; i++) {
		const struct conn *c = domain_conn(i);

		MUST(usage_of(i).bytes < QUOTA_BYTES + SLACK);
		MUST(!c || conn_pending(c).len <= 2 * OUT_LIMIT + 2 * XENSTORE_PAYLOAD_MAX);
	}
}

static void run_pages(const uint8_t *data, size_t size)
{
	struct perms own = { .nr = 1, .entry = { { .domid = FIRST } } };

	MUST(transaction_store_init() == 0);
	MUST(tree_write(&store, "/local/domain/5", "", 0, 0) == 0);
	MUST(tree_set_perms(&store, "/local/domain/5", &own) == 0);
	for (unsigned int i = 0; i < DOMAINS; i++)
		MUST(domain_introduce(FIRST + i, 1) == 0);
	while (size > 4) {
		char *page = (char *)pages[data[0] % DOMAINS];
		size_t at = (data[1] | data[2] << 8) % sizeof(*pages[0]);
		size_t len = data[3];

		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		if (len > sizeof(*pages[0]) - at)
			len = sizeof(*pages[0]) - at;
		memcpy(page + at, data, len);
		data += len;
		size -= len;
		serve();
	}
}

static void journal_put(const uint8_t *data, size_t size)
{
	const uint64_t header[] = { 0x31305358454c4353ULL, 4 * sizeof(uint64_t) + size, 0, 0 };
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/journal", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	MUST(fd >= 0);
	MUST(write(fd, header, sizeof(header)) == sizeof(header));
	MUST(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void forget_all(void)
{
	for (unsigned int i = 0; i < 0x8000; i++)
		domain_forget(i);
	tree_free(&store);
	for (unsigned int i = 0; i < 0x8000; i++)
		MUST(usage_of(i).nodes == 0 && usage_of(i).bytes == 0);
}

/* Two numbers that say much of a store. */
static void measure(size_t *nodes, size_t *bytes)
{
	*nodes = *bytes = 0;
	for (unsigned int i = 0; i < 0x8000; i++) {
		*nodes += usage_of(i).nodes;
		*bytes += usage_of(i).bytes;
	}
}

static void run_journal(const uint8_t *data, size_t size)
{
	size_t nodes, bytes, nodes_again, bytes_again;

	journal_put(data, size);
	if (state_restore(folder)) {
		domains_start();
		state_keep();
		serve();
		state_commit();
		measure(&nodes, &bytes);
		forget_all();
		MUST(state_restore(folder));
		measure(&nodes_again, &bytes_again);
		/* What transactions held is gone. */
		MUST(nodes_again <= nodes && bytes_again <= bytes);
	}
	journal_close();
}

static void folder_remove(void)
{
	rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;

	if (!ready) {
		MUST(mkdtemp(folder) && domains_open() == 0);
		atexit(folder_remove);
		ready = true;
	}
	if (size < 1)
		return 0;
	/* From the heap and as large as they are, so that a byte too far is seen. */
	for (unsigned int i = 0; i < DOMAINS; i++)
		MUST((pages[i] = calloc(1, sizeof(*pages[i]))));
	if (data[0] & 1)
		run_journal(data + 1, size - 1);
	else
		run_pages(data + 1, size - 1);
	forget_all();
	for (unsigned int i = 0; i < DOMAINS; i++)
		free(pages[i]);
	return 0;
}
