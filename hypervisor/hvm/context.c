// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The saved state of vCPUs as a stream of records; what each holds: context_records.c. A
 * toolstack's bytes are hostile: the whole stream is walked twice over our own copy, first to check
 * every record, then to apply them. The caller has paused the domain; no locks are taken here.
 */
#include "hvm_context.h"

#include "abi/errno.h"
#include "context_private.h"
#include "cpuid.h"
#include "domain.h"
#include "lib.h"
#include "log.h"

/* --- load ------------------------------------------------------------------------------------- */

int record_refuse(const struct record *r, const char *why)
{
	log_domain(r->d, LOG_WARN, "saved state, record %u of vCPU %u: %s", r->head.typecode,
		   r->head.instance, why);
	return -EINVAL;
}

/* Reads the record at *at and moves on. 1: the END record; 0; negative: what is wrong. */
static int record_next(struct domain *d, const uint8_t *data, size_t size, size_t *at,
		       struct record *r)
{
	const struct record_kind *kind;

	r->d = d;
	if (size - *at < sizeof(r->head))
		return -ENODATA;
	memcpy(&r->head, data + *at, sizeof(r->head));
	*at += sizeof(r->head);
	if (size - *at < r->head.length)
		return -ENODATA;
	if (r->head.typecode == HVM_SAVE_CODE_END)
		return 1;
	kind = &record_kinds[MIN(r->head.typecode, HVM_SAVE_CODE_MAX)];
	if (r->head.typecode > HVM_SAVE_CODE_MAX || !kind->load) {
		log_domain(d, LOG_WARN, "saved state: record %u is not supported",
			   r->head.typecode);
		return -EOPNOTSUPP;
	}
	if (r->head.length < kind->fixed || r->head.length > kind->most)
		return record_refuse(r, "a wrong length");
	memcpy(&r->header, data + *at, kind->fixed);
	r->rest = data + *at + kind->fixed;
	*at += r->head.length;
	r->v = kind->per_vcpu ? domain_vcpu(d, r->head.instance) : NULL;
	return kind->per_vcpu && !r->v ? -ENOENT : 0;
}

static int stream_walk(struct domain *d, const uint8_t *data, size_t size, bool apply)
{
	struct record r;
	size_t at = 0;
	int rc;

	for (bool first = true;; first = false) {
		rc = record_next(d, data, size, &at, &r);
		if (rc)
			return rc < 0 ? rc : first ? -EINVAL : 0;
		if (first != (r.head.typecode == HVM_SAVE_CODE_HEADER))
			return record_refuse(
				&r, "the header is not the first record, or not the only one");
		rc = record_kinds[r.head.typecode].load(&r, apply);
		if (rc)
			return rc;
	}
}

int hvm_context_load(struct domain *d, const uint8_t *data, size_t size)
{
	struct vcpu *v;
	int rc = stream_walk(d, data, size, false);

	if (rc)
		return rc;
	stream_walk(d, data, size, true);
	for_each_vcpu(d, v)
		vlapic_restored(v); /* after both of its records, in whichever order */
	return 0;
}

/* --- save ------------------------------------------------------------------------------------- */

struct out {
	uint8_t *data;
	size_t size, used;
};

static int put(struct out *o, const void *bytes, size_t len)
{
	if (o->size - o->used < len)
		return -ENOSPC;
	memcpy(o->data + o->used, bytes, len);
	o->used += len;
	return 0;
}

/* -ENOENT: there is no such record now. */
static int record_put(struct domain *d, unsigned code, unsigned instance, bool with_head,
		      struct out *o)
{
	const struct record_kind *kind = &record_kinds[code];
	struct record r = {
		.head = { (uint16_t)code, (uint16_t)instance, kind->fixed },
		.d = d,
		.v = domain_vcpu(d, instance),
	};
	int rc;

	if ((kind->per_vcpu && !r.v) || !kind->save(&r))
		return -ENOENT;
	rc = with_head ? put(o, &r.head, sizeof(r.head)) : 0;
	if (!rc)
		rc = put(o, &r.header, kind->fixed);
	return rc || !r.rest ? rc : put(o, r.rest, r.head.length - kind->fixed);
}

static unsigned instances(const struct domain *d, const struct record_kind *kind)
{
	return !kind->save ? 0 : kind->per_vcpu ? d->max_vcpus : 1;
}

size_t hvm_context_size(const struct domain *d)
{
	size_t size = sizeof(struct hvm_save_descriptor); /* of the end */

	for (const struct record_kind *k = record_kinds; k <= &record_kinds[HVM_SAVE_CODE_MAX]; k++)
		size += instances(d, k) * (sizeof(struct hvm_save_descriptor) + k->fixed);
	return size + d->max_vcpus * d->hvm.cpuid->xstate[0].c;
}

int hvm_context_save(struct domain *d, uint8_t *data, size_t size, size_t *used)
{
	static const struct hvm_save_descriptor end = { .typecode = HVM_SAVE_CODE_END };
	struct out o = { .data = data, .size = size };
	int rc = 0;

	for (unsigned code = 0; code <= HVM_SAVE_CODE_MAX; code++)
		for (unsigned i = 0; !rc && i < instances(d, &record_kinds[code]); i++) {
			rc = record_put(d, code, i, true, &o);
			rc = rc == -ENOENT ? 0 : rc;
		}
	if (!rc)
		rc = put(&o, &end, sizeof(end));
	*used = o.used;
	return rc;
}

int hvm_context_save_one(struct domain *d, unsigned code, unsigned instance, uint8_t *data,
			 size_t size, size_t *used)
{
	struct out o = { .data = data, .size = size };
	int rc = -EOPNOTSUPP;

	if (code <= HVM_SAVE_CODE_MAX && record_kinds[code].save)
		rc = record_put(d, code, instance, false, &o);
	*used = o.used;
	return rc;
}
