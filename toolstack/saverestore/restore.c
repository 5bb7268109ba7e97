// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Record by record. Memory is filled as it comes, so a damaged file may be found out late: but
 * always before the guest runs, because registers are set when the end has been read. Who saves a
 * running guest sends frames again that it wrote to: the last contents count.
 */
#include "saverestore/restore.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/hvm_params.h"
#include "builder/domain_memory.h"
#include "builder/domain_shell.h"
#include "lib/domain.h"
#include "lib/guest_memory.h"
#include "saverestore/vcpus.h"

#define SLACK_PAGES \
	128 /* Xen's own, which it showed to the guest, are saved as if they were the guest's */

struct restore {
	struct xencall *xc;
	struct stream_reader *in;
	const struct domain_spec *spec;
	struct restored *out;
	const struct stream_vm *vm;
	struct grant_entry_v1 *grants;
	struct guest_memory memory;
	bool memory_open;
	uint8_t *seen; /* a bit for each frame; a mapping that costs what is used */
	bool policy_seen, tsc_seen, params_seen;
	struct buf context;
};

/* --- before there is a domain ----------------------------------------------------------------- */

int restore_read_vm(struct stream_reader *in, struct stream_vm *vm, struct reason *why)
{
	struct stream_record rec;

	if (stream_read_next(in, &rec, why) < 0)
		return -1;
	if (rec.type != STREAM_VM)
		return reason_set(why, "the first record is %s, expected VM",
				  stream_record_name(rec.type));
	if (stream_record_fixed(&rec, vm, sizeof(*vm), why) < 0)
		return -1;
	if (vm->nr_ranges > STREAM_MAX_RANGES || vm->pages > vm->max_kib >> 2 ||
	    vm->max_kib > 1ULL << 40)
		return reason_set(why, "a record VM with impossible numbers");
	return 0;
}

uint64_t restore_kib(const struct stream_vm *vm)
{
	return vm->max_kib + SLACK_PAGES * 4;
}

static void layout_of(const struct stream_vm *vm, struct guest_layout *lay)
{
	*lay = (struct guest_layout){ .nr_map = vm->nr_ranges };
	for (uint32_t i = 0; i < vm->nr_ranges; i++)
		lay->map[i] = (struct memory_range){ .at = vm->map[i].at,
						     .size = vm->map[i].size,
						     .type = vm->map[i].type };
}

/* --- memory ----------------------------------------------------------------------------------- */

/* A frame that was not there before, which from now on it is. */
static bool is_new(struct restore *r, uint64_t frame)
{
	uint8_t bit = (uint8_t)(1U << frame % 8), had = r->seen[frame / 8];

	r->seen[frame / 8] |= bit;
	return !(had & bit);
}

/* New frames that follow one another are populated, and all then written, together. */
static int populate_pages(struct restore *r, const struct stream_pages *p, struct reason *why)
{
	bool has_data;

	for (uint32_t i = 0; i < p->count;) {
		uint64_t first = stream_page(p, i, &has_data);
		uint32_t nr = is_new(r, first);

		while (nr && i + nr < p->count && stream_page(p, i + nr, &has_data) == first + nr &&
		       is_new(r, first + nr))
			nr++;
		if (nr == 0) {
			i++;
			continue;
		}
		/* What was checked to be free is what it may take. */
		if (r->out->pages + nr > r->vm->pages + SLACK_PAGES)
			return reason_set(why, "more memory than the %llu MiB that the file says",
					  (unsigned long long)r->vm->pages >> 8);
		if (domain_memory_populate_range(r->xc, r->out->built.domid, first, nr) < 0)
			return reason_set(why,
					  "the host ran out of memory after %llu of the guest's "
					  "%llu MiB",
					  (unsigned long long)r->out->pages >> 8,
					  (unsigned long long)r->vm->pages >> 8);
		r->out->pages += nr;
		i += nr;
	}
	return 0;
}

static int write_pages(struct restore *r, const struct stream_pages *p, struct reason *why)
{
	const uint8_t *data = p->data;

	for (uint32_t i = 0; i < p->count;) {
		bool has_data;
		uint64_t first = stream_page(p, i, &has_data);
		uint32_t nr = has_data;

		while (nr && i + nr < p->count && stream_page(p, i + nr, &has_data) == first + nr &&
		       has_data)
			nr++;
		if (nr && guest_memory_write(&r->memory, first * XEN_PAGE_SIZE, data,
					     nr * XEN_PAGE_SIZE, why) < 0)
			return -1;
		data += nr * XEN_PAGE_SIZE;
		i += nr ? nr : 1;
	}
	return 0;
}

static int restore_pages(struct restore *r, const struct stream_record *rec, struct reason *why)
{
	struct stream_pages p;

	if (stream_pages_parse(&p, rec->body, why) < 0)
		return -1;
	if (populate_pages(r, &p, why) < 0)
		return -1;
	if (!r->memory_open &&
	    guest_memory_open(&r->memory, r->xc, r->out->built.domid, r->grants) < 0)
		return reason_errno(why, "opening guest memory");
	r->memory_open = true;
	return write_pages(r, &p, why);
}

/* --- other records ---------------------------------------------------------------------------- */

static int restore_tsc(struct restore *r, const struct stream_record *rec, struct reason *why)
{
	struct stream_tsc_info t;

	if (stream_record_fixed(rec, &t, sizeof(t), why) < 0)
		return -1;
	r->tsc_seen = true;
	return vcpus_set_tsc(r->xc, r->out->built.domid, &t, why);
}

/* The rings are where our own builder puts them, or we could not serve them. */
static int restore_params(struct restore *r, const struct stream_record *rec, struct reason *why)
{
	struct stream_hvm_params head;
	struct stream_hvm_param p;

	if (!bytes_read(rec->body, 0, &head, sizeof(head)) ||
	    rec->body.len != sizeof(head) + (uint64_t)head.count * sizeof(p))
		return reason_set(why, "a list of parameters of a wrong length");
	for (uint32_t i = 0; i < head.count; i++) {
		bytes_read(rec->body, sizeof(head) + i * sizeof(p), &p, sizeof(p));
		if ((p.index == HVM_PARAM_STORE_PFN && p.value != GUEST_STORE_GFN) ||
		    (p.index == HVM_PARAM_CONSOLE_PFN && p.value != GUEST_CONSOLE_GFN))
			return reason_set(why, "parameter %llu is %#llx, which is not supported",
					  (unsigned long long)p.index, (unsigned long long)p.value);
	}
	r->params_seen = true;
	return 0;
}

static int restore_record(struct restore *r, const struct stream_record *rec, struct reason *why)
{
	switch (rec->type) {
	case STREAM_PAGE_DATA: return restore_pages(r, rec, why);
	case STREAM_TSC_INFO: return restore_tsc(r, rec, why);
	case STREAM_HVM_PARAMS: return restore_params(r, rec, why);
	case STREAM_STATIC_DATA_END: return 0;
	case STREAM_CPUID_POLICY:
		r->policy_seen = true;
		return vcpus_set_policy(r->xc, r->out->built.domid, rec->body, why);
	case STREAM_HVM_CONTEXT:
		/* Set at the end: it is what makes the guest able to run. */
		r->context.len = 0;
		buf_append(&r->context, rec->body.data, rec->body.len);
		return r->context.failed ? reason_set(why, "out of memory") : 0;
	case STREAM_STORE_NODES:
		r->out->nodes.len = 0;
		buf_append(&r->out->nodes, rec->body.data, rec->body.len);
		return r->out->nodes.failed ? reason_set(why, "out of memory") : 0;
	default:
		return reason_set(why, "a record %s (%#x), which is not supported",
				  stream_record_name(rec->type), rec->type);
	}
}

static int restore_records(struct restore *r, struct reason *why)
{
	struct stream_record rec;

	for (;;) {
		if (stream_read_next(r->in, &rec, why) < 0)
			return -1;
		if (rec.type == STREAM_END)
			break;
		if (restore_record(r, &rec, why) < 0)
			return -1;
	}
	if (!r->policy_seen || !r->tsc_seen || !r->params_seen || !r->context.len)
		return reason_set(why, "the file lacks a record that it should have");
	return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

/* As it was: what was there beside it for Xen's own pages is not for the guest to take. */
static int limit_memory(struct restore *r, struct reason *why)
{
	domid_t domid = r->out->built.domid;
	struct xen_domctl_getdomaininfo info;
	uint64_t has;

	if (domain_info(r->xc, domid, &info) < 0)
		return reason_errno(why, "domain %u", domid);
	has = info.tot_pages << 2;
	if (domain_set_max_memory(r->xc, domid, has > r->vm->max_kib ? has : r->vm->max_kib) < 0)
		return reason_errno(why, "setting the memory limit");
	return 0;
}

static int restore_domain(struct restore *r, struct reason *why)
{
	domid_t domid = r->out->built.domid;
	struct guest_layout lay;
	int rc;

	layout_of(r->vm, &lay);
	if (domain_memory_set_map(r->xc, domid, &lay, why) < 0)
		return -1;
	r->grants = grant_table_map(r->xc, domid);
	if (!r->grants)
		return reason_errno(why, "mapping the grant table");
	domain_shell_seed_grants(r->grants);
	rc = restore_records(r, why);
	if (r->memory_open)
		guest_memory_close(&r->memory);
	grant_table_unmap(r->grants);
	if (rc == 0)
		rc = domain_shell_connect(r->xc, r->spec, &r->out->built, why);
	if (rc == 0)
		rc = limit_memory(r, why);
	if (rc == 0)
		rc = vcpus_set_context(r->xc, domid,
				       (struct bytes){ (uint8_t *)r->context.data, r->context.len },
				       why);
	return rc;
}

int restore_create(struct xencall *xc, const struct domain_spec *spec, const struct stream_vm *vm,
		   uint64_t more_kib, domid_t *domid, struct reason *why)
{
	if (domain_shell_create(xc, spec, domid, why) < 0)
		return -1;
	if (domain_set_max_memory(xc, *domid, restore_kib(vm) + more_kib) == 0)
		return 0;
	reason_errno(why, "setting the memory limit");
	if (domain_destroy(xc, *domid) < 0)
		log_error("domain %u is left behind: %s", *domid, strerror(errno));
	return -1;
}

int restore_fill(struct xencall *xc, struct stream_reader *in, const struct domain_spec *spec,
		 const struct stream_vm *vm, domid_t domid, struct restored *out,
		 struct reason *why)
{
	struct restore r = { .xc = xc, .in = in, .spec = spec, .vm = vm, .out = out };
	int rc;

	*out = (struct restored){ .built.domid = domid };
	r.seen = mmap(NULL, STREAM_FRAMES / 8, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r.seen == MAP_FAILED)
		return reason_errno(why, "a map of the guest's frames");
	rc = restore_domain(&r, why);
	buf_free(&r.context);
	if (rc < 0)
		buf_free(&out->nodes);
	munmap(r.seen, STREAM_FRAMES / 8);
	return rc;
}
