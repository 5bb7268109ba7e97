// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What several hypercalls share: finding the domain that an argument names, refusing by name,
 * bitmaps in the caller's memory, a vCPU's runstate, and the hypercall page.
 */
#include "private.h"

#include "abi/vcpu.h"
#include "host.h"

int target_get(domid_t id, struct domain **out)
{
	struct domain *current = domain_current(), *d;

	/* An id that is not one's own does not even tell whether it exists. */
	if (id != DOMID_SELF && id != current->id && !current->is_control)
		return -EPERM;
	d = domain_get(id);
	if (!d)
		return -ESRCH;
	*out = d;
	return 0;
}

int target_get_live(domid_t id, struct domain **out)
{
	int rc = target_get(id, out);

	if (!rc && (*out)->is_dying) {
		domain_put(*out);
		*out = NULL;
		rc = -ESRCH;
	}
	return rc;
}

int request_answer(const struct request *q)
{
	const struct operation *o = q->op;

	return o->fields ? guest_structs_copy_to(q->at, q->arg, o->size, o->fields, 1)
			 : guest_copy_to(q->at, q->arg, o->size);
}

/* The structure's copy, and the domain that it names. */
static int request_fetch(struct request *q)
{
	const struct operation *o = q->op;
	domid_t id;
	int rc = o->fields ? guest_structs_copy_from(q->arg, o->size, q->at, o->fields, 1)
			   : guest_copy_from(q->arg, q->at, o->size);

	if (rc || !(o->how & OP_NAMED))
		return rc;
	memcpy(&id, (const char *)q->arg + o->domid_at, sizeof(id));
	return (o->how & OP_LIVE) == OP_LIVE ? target_get_live(id, &q->d) : target_get(id, &q->d);
}

long operation_run(const struct operation *table, unsigned nr, const char *what, struct request *q)
{
	const struct operation *o = q->cmd < nr ? &table[index_below(q->cmd, nr)] : NULL;
	uint64_t copy[16];
	long rc;

	if (!o || !o->run)
		return unknown(what, q->cmd);
	if (q->start && !(o->how & OP_GOES_ON))
		return -EINVAL;
	q->d = domain_current();
	if ((o->how & OP_CONTROL) && !q->d->is_control)
		return -EPERM;
	ASSERT(o->size <= sizeof(copy));
	q->op = o;
	q->arg = copy;
	rc = request_fetch(q);
	if (rc)
		return rc;
	rc = o->run(q);
	if (o->how & OP_NAMED)
		domain_put(q->d);
	return !rc && (o->how & OP_ANSWERS) ? request_answer(q) : rc;
}

int control_fetch(void *op, size_t size, uint64_t at, uint32_t version)
{
	const uint32_t *head = op; /* the command, then the version */

	if (!domain_current()->is_control)
		return -EPERM;
	if (guest_copy_from(op, at, size))
		return -EFAULT;
	return head[1] == version ? 0 : -EACCES;
}

long unsupported(const char *what, unsigned op)
{
	log_domain(domain_current(), LOG_INFO, "%s %u is not supported", what, op);
	return -EOPNOTSUPP;
}

long unknown(const char *what, unsigned op)
{
	log_domain(domain_current(), LOG_INFO, "%s %u is not known", what, op);
	return -ENOSYS;
}

void runstate_get(const struct vcpu *v, struct vcpu_runstate_info *out)
{
	const struct vcpu_runstate_info *r = &v->runstate;
	time_ns_t entry, now;

	/* Its scheduler may be writing on another CPU; a change of state changes the entry time. */
	do {
		entry = READ_ONCE(r->state_entry_time);
		memcpy(out, r, sizeof(*out));
		now = time_now();
	} while (READ_ONCE(r->state_entry_time) != entry || out->state_entry_time != entry);
	if ((unsigned)out->state < ARRAY_SIZE(out->time) && now > entry)
		out->time[out->state] += now - entry;
}

void cpuset_all(struct cpu_mask *mask)
{
	memset(mask, 0, sizeof(*mask));
	for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
		mask->bits[cpu / 64] |= BIT(cpu % 64);
}

int bitmap_to_guest(const struct xenctl_bitmap *map, const struct cpu_mask *mask)
{
	size_t bytes = DIV_ROUND_UP((uint64_t)map->nr_bits, 8),
	       have = MIN(bytes, sizeof(mask->bits));
	uint8_t copy[sizeof(mask->bits)];

	/* Far more CPUs than there can be: not our loop to run. */
	if (bytes > PAGE_SIZE)
		return -EINVAL;
	if (!bytes)
		return 0;
	memcpy(copy, mask->bits, sizeof(copy));
	/* Bits of the last byte that the caller did not ask for stay clear. */
	if (bytes <= sizeof(copy) && map->nr_bits % 8)
		copy[bytes - 1] &= (uint8_t)((1u << map->nr_bits % 8) - 1);
	if (guest_copy_to(map->bitmap, copy, have))
		return -EFAULT;
	return bytes > have ? guest_clear(map->bitmap + have, bytes - have) : 0;
}

int bitmap_from_guest(const struct xenctl_bitmap *map, struct cpu_mask *mask)
{
	size_t bytes = MIN(DIV_ROUND_UP((uint64_t)map->nr_bits, 8), sizeof(mask->bits));
	uint8_t *to = (uint8_t *)mask->bits;

	memset(mask, 0, sizeof(*mask));
	if (bytes && guest_copy_from(to, map->bitmap, bytes))
		return -EFAULT;
	if (bytes == DIV_ROUND_UP((uint64_t)map->nr_bits, 8) && map->nr_bits % 8)
		to[bytes - 1] &= (uint8_t)((1u << map->nr_bits % 8) - 1);
	return 0;
}

/* --- the hypercall page ----------------------------------------------------------------------- */

#define ENTRY_SIZE 32u

/* Each entry: the number into eax, the instruction that exits, return. */
static void hypercall_entry_write(uint8_t *at, uint8_t number, bool intel)
{
	const uint8_t code[] = { 0xb8, number, 0, 0, 0, 0x0f, 0x01, intel ? 0xc1 : 0xd9, 0xc3 };
	static const uint8_t ud2[] = { 0x0f, 0x0b };

	memset(at, 0xcc, ENTRY_SIZE);
	/* iret makes no sense but for classic PV guests, which do not exist here. */
	if (number == __HYPERVISOR_iret)
		memcpy(at, ud2, sizeof(ud2));
	else
		memcpy(at, code, sizeof(code));
}

int hypercall_page_install(struct domain *d, gfn_t gfn)
{
	uint8_t *page = guest_frame_map(d, gfn);
	uint32_t id[4];

	if (!page)
		return -EINVAL;
	cpuid_host(0, 0, id);
	for (unsigned n = 0; n < PAGE_SIZE / ENTRY_SIZE; n++)
		hypercall_entry_write(page + n * ENTRY_SIZE, (uint8_t)n,
				      id[1] == 0x756e6547 /* Genu */);
	guest_frame_unmap(page);
	return 0;
}
