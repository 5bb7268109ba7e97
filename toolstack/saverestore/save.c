// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of records, and the guest's frames window by window. Frames of zeroes, which are most
 * of a young guest, are named and not written.
 */
#include "saverestore/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/hvm_params.h"
#include "lib/domain.h"
#include "lib/host.h"
#include "saverestore/dirty_log.h"
#include "saverestore/guest_pages.h"
#include "saverestore/stream_write.h"
#include "saverestore/vcpus.h"

/* Rounds while the guest runs; and so few frames are not worth one more. */
#define LIVE_ROUNDS 5
#define LIVE_FEW    256
/* Where devices are: below that, a guest has frames that are no memory. */
#define LOW_FRAMES (1ull << 20)

struct save {
	struct xencall *xc;
	const struct save_source *src;
	struct xen_domctl_getdomaininfo info;
	struct stream_writer out;
	struct guest_pages pages;
	struct save_figures *figures;
	struct dirty_log log;
	bool again; /* not the first time that frames are written */
};

static bool is_zero(const uint8_t *page)
{
	const uint64_t *words = (const uint64_t *)page;

	/* Eight at a time, which the compiler makes vectors of. */
	for (unsigned int i = 0; i < XEN_PAGE_SIZE / sizeof(*words); i += 8) {
		uint64_t any = 0;

		for (unsigned int k = 0; k < 8; k++)
			any |= words[i + k];
		if (any)
			return false;
	}
	return true;
}

/* What is present of a window, as one record. */
static int save_window(struct save *s, uint64_t first, const bool present[STREAM_WINDOW],
		       struct reason *why)
{
	struct iovec parts[STREAM_WINDOW + 2];
	uint64_t entries[STREAM_WINDOW];
	struct stream_page_data head = { 0 };
	unsigned int nr = 2;

	if (s->src->wait->interrupted())
		return reason_set(why, "interrupted");
	if (guest_pages_read(&s->pages, first, present, why) < 0)
		return -1;
	for (unsigned int i = 0; i < STREAM_WINDOW; i++) {
		uint8_t *page = s->pages.buffer + i * XEN_PAGE_SIZE;
		bool zero;

		if (!present[i])
			continue;
		/* Who reads this makes new frames of zeroes, but may have filled this one. */
		zero = !s->again && is_zero(page);
		entries[head.count++] = (first + i) | (zero ? STREAM_PFN_ALLOC_ONLY : 0);
		s->figures->zeroes += zero;
		if (zero)
			continue;
		/* Neighbours are one part. */
		if (nr > 2 && (uint8_t *)parts[nr - 1].iov_base + parts[nr - 1].iov_len == page)
			parts[nr - 1].iov_len += XEN_PAGE_SIZE;
		else
			parts[nr++] = (struct iovec){ page, XEN_PAGE_SIZE };
	}
	*(s->again ? &s->figures->again : &s->figures->pages) += head.count;
	parts[0] = (struct iovec){ &head, sizeof(head) };
	parts[1] = (struct iovec){ entries, head.count * sizeof(entries[0]) };
	return stream_write_parts(&s->out, STREAM_PAGE_DATA, parts, nr, why);
}

/*
 * From the special pages, which are far up, to the rest of memory from its beginning: so the search
 * ends when all that the guest has is found, and not after a million frames that are not there.
 * On Xen pages of the hypervisor's are among those found, and do not count.
 */
static int save_memory(struct save *s, struct reason *why)
{
	const uint64_t special = GUEST_ACPI_BASE / XEN_PAGE_SIZE / STREAM_WINDOW;
	uint64_t last, windows;

	if (guest_pages_last(&s->pages, &last, why) < 0)
		return -1;
	windows = last / STREAM_WINDOW + 1;
	for (uint64_t i = 0; i < windows; i++) {
		uint64_t first = (windows > special ? (i + special) % windows : i) * STREAM_WINDOW;
		bool present[STREAM_WINDOW];
		int found;

		if (s->pages.bulk && s->figures->pages >= s->info.tot_pages)
			break;
		found = guest_pages_look(&s->pages, first, present, why);
		if (found < 0 || (found && save_window(s, first, present, why) < 0))
			return -1;
	}
	return 0;
}

/* Of a running guest, which may have put anything as far up as it likes: the log's size is ours. */
static int live_last(struct save *s, uint64_t *last, struct reason *why)
{
	if (guest_pages_last(&s->pages, last, why) < 0)
		return -1;
	if (*last / 4 > LOW_FRAMES && *last / 4 - LOW_FRAMES > s->info.max_pages)
		return reason_set(why,
				  "its highest frame, %#llx, is too far above its memory: it "
				  "cannot be written while it runs",
				  (unsigned long long)*last);
	return 0;
}

/* What the guest wrote to. A frame that it has given back since then is nothing to be written. */
static int save_written(struct save *s, struct reason *why)
{
	if (dirty_log_read(&s->log, why) < 0)
		return -1;
	s->again = true;
	s->figures->rounds++;
	for (uint64_t first = 0; first < s->log.frames; first += STREAM_WINDOW) {
		bool written[STREAM_WINDOW], present[STREAM_WINDOW], any = false;

		for (unsigned int i = 0; i < STREAM_WINDOW; i++)
			any |= written[i] = dirty_log_has(&s->log, first + i);
		if (!any)
			continue;
		if (guest_pages_look(&s->pages, first, present, why) < 0)
			return -1;
		any = false;
		for (unsigned int i = 0; i < STREAM_WINDOW; i++)
			any |= present[i] &= written[i];
		if (any && save_window(s, first, present, why) < 0)
			return -1;
	}
	return 0;
}

/* It has suspended; what it was given meanwhile above its highest frame is not in the log. */
static int save_grown(struct save *s, struct reason *why)
{
	uint64_t last;

	if (live_last(s, &last, why) < 0)
		return -1;
	for (uint64_t first = s->log.frames / STREAM_WINDOW * STREAM_WINDOW; first <= last;
	     first += STREAM_WINDOW) {
		bool present[STREAM_WINDOW], any = false;

		if (guest_pages_look(&s->pages, first, present, why) < 0)
			return -1;
		for (unsigned int i = 0; i < STREAM_WINDOW; i++)
			any |= present[i] &= first + i >= s->log.frames;
		if (any && save_window(s, first, present, why) < 0)
			return -1;
	}
	return 0;
}

/* The guest runs, and is suspended as late as it is worth while. */
static int save_live(struct save *s, struct reason *why)
{
	uint64_t last, before;

	if (live_last(s, &last, why) < 0 ||
	    dirty_log_open(&s->log, s->xc, s->src->domid, last + 1, why) < 0 ||
	    save_memory(s, why) < 0)
		return -1;
	do {
		if (save_written(s, why) < 0)
			return -1;
	} while (s->figures->rounds < LIVE_ROUNDS && s->log.dirty > LIVE_FEW);
	if (s->src->suspend(s->src->suspend_arg, why) < 0)
		return -1;
	before = s->figures->again;
	if (save_written(s, why) < 0 || save_grown(s, why) < 0)
		return -1;
	s->figures->last = s->figures->again - before;
	return 0;
}

static int save_vm(struct save *s, struct reason *why)
{
	const struct guest_layout *lay = &s->src->layout;
	struct stream_vm vm = {
		.pages = s->info.tot_pages,
		.max_kib = s->info.max_pages << 2,
		.nr_ranges = lay->nr_map,
	};

	_Static_assert(GUEST_MAX_RANGES == STREAM_MAX_RANGES, "room for the map, both ways");
	for (unsigned int i = 0; i < lay->nr_map; i++)
		vm.map[i] = (struct stream_memory_range){ .at = lay->map[i].at,
							  .size = lay->map[i].size,
							  .type = lay->map[i].type };
	return stream_write_record(&s->out, STREAM_VM, &vm, sizeof(vm), why);
}

/* One record whose body one of the functions of vcpus.h fetches. */
static int save_fetched(struct save *s, uint32_t type,
			int (*fetch)(struct xencall *, domid_t, struct buf *, struct reason *),
			struct reason *why)
{
	struct buf body = { 0 };
	int rc = fetch(s->xc, s->src->domid, &body, why);

	if (rc == 0 && body.failed)
		rc = reason_set(why, "out of memory");
	if (rc == 0)
		rc = stream_write_record(&s->out, type, body.data, body.len, why);
	buf_free(&body);
	return rc;
}

static int save_tail(struct save *s, struct reason *why)
{
	struct {
		struct stream_hvm_params head;
		struct stream_hvm_param param[2];
	} params = {
		.head.count = 2,
		.param = { { HVM_PARAM_STORE_PFN, GUEST_STORE_GFN },
			   { HVM_PARAM_CONSOLE_PFN, GUEST_CONSOLE_GFN } },
	};
	struct stream_tsc_info tsc;

	if (vcpus_get_tsc(s->xc, s->src->domid, &tsc, why) < 0 ||
	    stream_write_record(&s->out, STREAM_TSC_INFO, &tsc, sizeof(tsc), why) < 0 ||
	    save_fetched(s, STREAM_HVM_CONTEXT, vcpus_get_context, why) < 0 ||
	    stream_write_record(&s->out, STREAM_HVM_PARAMS, &params, sizeof(params), why) < 0 ||
	    stream_write_record(&s->out, STREAM_STORE_NODES, s->src->nodes.data, s->src->nodes.len,
				why) < 0)
		return -1;
	return stream_write_end(&s->out, why);
}

static int save_all(struct save *s, int fd, struct reason *why)
{
	if (stream_write_start(&s->out, fd, s->src->config, (uint32_t)host_version(s->xc), why) <
		    0 ||
	    save_vm(s, why) < 0 ||
	    save_fetched(s, STREAM_CPUID_POLICY, vcpus_get_policy, why) < 0 ||
	    stream_write_record(&s->out, STREAM_STATIC_DATA_END, NULL, 0, why) < 0)
		return -1;
	s->out.room = s->src->room;
	s->out.wait = s->src->wait;
	if ((s->src->suspend ? save_live(s, why) : save_memory(s, why)) < 0)
		return -1;
	return save_tail(s, why);
}

int domain_save(struct xencall *xc, const struct save_source *src, int fd,
		struct save_figures *figures, struct reason *why)
{
	struct save s = { .xc = xc, .src = src, .figures = figures };
	int rc;

	*figures = (struct save_figures){ 0 };
	if (domain_info(xc, src->domid, &s.info) < 0)
		return reason_errno(why, "domain %u", src->domid);
	if (guest_pages_open(&s.pages, xc, src->domid, why) < 0)
		return -1;
	rc = save_all(&s, fd, why);
	dirty_log_close(&s.log);
	guest_pages_close(&s.pages);
	figures->written = s.out.written;
	figures->full = s.out.full;
	return rc;
}
