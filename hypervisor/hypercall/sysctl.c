// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_sysctl: questions about the whole machine, and its log. Its CPUs and nodes:
 * sysctl_topology.c. Takes no locks of its own.
 */
#include "private.h"

#include "abi/sysctl.h"
#include "cpuid.h"
#include "host.h"
#include "mm.h"
#include "sysctl_private.h"

#define LOG_CHUNK      1024u
#define DEBUG_KEYS_MAX 64u

/* --- log -------------------------------------------------------------------------------------- */

static long read_console(struct xen_sysctl_readconsole *r)
{
	bool incremental = r->incremental;
	char chunk[LOG_CHUNK];
	uint32_t done = 0, index = r->index;
	size_t n;

	while (done < r->count) {
		n = log_ring_read(chunk, MIN(r->count - done, LOG_CHUNK), &index, incremental,
				  false);
		if (!n)
			break;
		if (guest_copy_to(r->buffer + done, chunk, n))
			return -EFAULT;
		done += (uint32_t)n;
		incremental = true; /* the next chunk goes on where this one ended */
	}
	if (r->clear)
		log_ring_read(chunk, 0, &index, true, true);
	r->count = done;
	r->index = index;
	return 0;
}

static long debug_keys(const struct xen_sysctl_debug_keys *k)
{
	char keys[DEBUG_KEYS_MAX];
	uint32_t nr = MIN(k->nr_keys, DEBUG_KEYS_MAX);

	if (guest_copy_from(keys, k->keys, nr))
		return -EFAULT;
	for (uint32_t i = 0; i < nr; i++)
		if (!host_debug_key(keys[i]))
			log_info("debug key '%c' means nothing",
				 keys[i] >= ' ' && keys[i] <= '~' ? keys[i] : '?');
	return 0;
}

/* --- domains, memory -------------------------------------------------------------------------- */

static long domain_list(struct xen_sysctl_getdomaininfolist *l)
{
	struct xen_domctl_getdomaininfo info;
	uint32_t nr = 0;
	struct domain *d;
	int rc = 0;

	if (l->first_domain >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	for (d = domain_next(l->first_domain); d && nr < l->max_domains && !rc;
	     d = domain_after(d)) {
		domain_info_fill(d, &info);
		rc = guest_array_to(l->buffer, nr++, &info);
	}
	if (d)
		domain_put(d);
	l->num_domains = nr;
	return rc;
}

static long available_heap(struct xen_sysctl_availheap *a)
{
	if (a->node != -1 && a->node != 0)
		return -EINVAL;
	/*
	 * Where in the machine frames are matters to nobody: no device is told about guests'
	 * memory.
	 */
	a->avail_bytes = heap_free_frames() << PAGE_SHIFT;
	return 0;
}

/* --- CPU features ----------------------------------------------------------------------------- */

/* PV kinds are answered like HVM's: nobody runs PV guests, but tools look at all of them. */
static long feature_set(struct xen_sysctl_cpu_featureset *f)
{
	static const enum cpuid_policy_kind kinds[] = { CPUID_RAW,     CPUID_HOST, CPUID_DEFAULT,
							CPUID_DEFAULT, CPUID_MAX,  CPUID_MAX };
	uint32_t words[CPUID_FEATURE_WORDS], room = f->nr_features;
	int rc;

	f->nr_features = CPUID_FEATURE_WORDS;
	if (!f->features)
		return 0;
	if (f->index >= ARRAY_SIZE(kinds))
		return -EINVAL;
	rc = sysctl_feature_words(kinds[f->index], words);
	if (rc)
		return rc;
	if (guest_copy_to(f->features, words, MIN(room, CPUID_FEATURE_WORDS) * sizeof(words[0])))
		return -EFAULT;
	return room < CPUID_FEATURE_WORDS ? -ENOBUFS : 0;
}

static long cpu_policy(struct xen_sysctl_cpu_policy *c)
{
	static const enum cpuid_policy_kind kinds[] = { CPUID_RAW, CPUID_HOST,    CPUID_MAX,
							CPUID_MAX, CPUID_DEFAULT, CPUID_DEFAULT };
	struct cpuid_policy *p;
	int rc;

	if (c->index >= ARRAY_SIZE(kinds))
		return -EINVAL;
	p = object_alloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	cpuid_policy_fill(p, kinds[c->index]);
	rc = policy_to_guest(p, c->leaves, &c->nr_leaves, c->msrs, &c->nr_msrs);
	object_free(p, sizeof(*p));
	return rc;
}

/* --- dispatch --------------------------------------------------------------------------------- */

static long sysctl_run(struct xen_sysctl *op)
{
	switch (op->cmd) {
	case XEN_SYSCTL_readconsole: return read_console(&op->u.readconsole);
	case XEN_SYSCTL_physinfo: return sysctl_physinfo(&op->u.physinfo);
	case XEN_SYSCTL_sched_id: op->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT; return 0;
	case XEN_SYSCTL_getdomaininfolist: return domain_list(&op->u.getdomaininfolist);
	case XEN_SYSCTL_debug_keys: return debug_keys(&op->u.debug_keys);
	case XEN_SYSCTL_getcpuinfo: return sysctl_cpu_times(&op->u.getcpuinfo);
	case XEN_SYSCTL_availheap: return available_heap(&op->u.availheap);
	case XEN_SYSCTL_cputopoinfo: return sysctl_cpu_topology(&op->u.cputopoinfo);
	case XEN_SYSCTL_numainfo: return sysctl_numa(&op->u.numainfo);
	case XEN_SYSCTL_pcitopoinfo: return sysctl_pci_topology(&op->u.pcitopoinfo);
	case XEN_SYSCTL_cpupool_op: return sysctl_cpupool(&op->u.cpupool_op);
	case XEN_SYSCTL_scheduler_op: return sysctl_scheduler(&op->u.scheduler_op);
	case XEN_SYSCTL_get_cpu_levelling_caps:
		/* All is decided per domain when CPUID exits; nothing has to be levelled. */
		op->u.cpu_levelling_caps.caps = 0;
		return 0;
	case XEN_SYSCTL_get_cpu_featureset: return feature_set(&op->u.cpu_featureset);
	case XEN_SYSCTL_get_cpu_policy: return cpu_policy(&op->u.cpu_policy);
	case XEN_SYSCTL_get_pmstat:
		/* Asked for each CPU by `xl info` and the like; there is no frequency driver. */
		return -ENODEV;
	default: return unknown("sysctl", op->cmd);
	}
}

long do_sysctl(uint64_t arg)
{
	struct xen_sysctl op;
	long rc = control_fetch(&op, sizeof(op), arg, XEN_SYSCTL_INTERFACE_VERSION);

	if (rc)
		return rc;
	rc = sysctl_run(&op);
	if ((!rc || rc == -ENOBUFS) && guest_copy_to(arg, &op, sizeof(op)))
		rc = -EFAULT;
	return rc;
}
