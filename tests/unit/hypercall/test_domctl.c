// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, sysctl and hvm_op, as far as they decide something: who may, in which version, on which
 * domain; pauses that are counted; parameters with their rights; a copy into a guest that is
 * interrupted.
 */
#include "fake_machine.h"

#include <string.h>

#include "abi/domctl.h"
#include "abi/errno.h"
#include "abi/hvm_op.h"
#include "abi/hvm_params.h"
#include "abi/sched.h"
#include "abi/sysctl.h"
#include "cpuid.h"
#include "host.h"
#include "hvm.h"
#include "hvm_context.h"
#include "hypercall.h"
#include "log.h"
#include "vpci.h"
#include "wallclock.h"

/* --- fakes beyond the machine ----------------------------------------------------------------- */

static struct domain *dom0, *guest;
static int pauses, destroy_restarts, create_error;
static unsigned upcalls;
static uint64_t guest_cr0;
static struct domain_config created;
static domid_t created_id;
static char shut_down_by[8];

static uint64_t get_cr3(struct vcpu *v, uint64_t *cr0, uint64_t *cr4, uint64_t *efer)
{
	*cr0 = guest_cr0;
	*cr4 = *efer = 0;
	return 0;
}
static void get_state(struct vcpu *v, struct hvm_state *s)
{
	memset(s, 0, sizeof(*s));
}
static const struct hvm_ops ops = { .get_cr3 = get_cr3, .get_state = get_state };
const struct hvm_ops *hvm = &ops;

void domain_pause(struct domain *d)
{
	pauses++;
}
void domain_unpause(struct domain *d)
{
	pauses--;
}
int domain_destroy(struct domain *d)
{
	return destroy_restarts-- > 0 ? -ERESTART : 0;
}
int domain_resume(struct domain *d)
{
	return 0;
}
void vcpu_pause_nosync(struct vcpu *v)
{
	v->pause_count++;
}
void vcpu_up(struct vcpu *v)
{
	v->pause_flags &= ~VCPU_PAUSE_DOWN;
}
void vcpu_nmi(struct vcpu *v)
{
	v->hvm.nmi_pending = true;
}
int vcpu_create(struct domain *d, unsigned id)
{
	return -ENOMEM;
}
void wallclock_publish(struct domain *d)
{
}
bool event_upcall_pending(const struct vcpu *v)
{
	return true;
}
void hvm_assert_upcall(struct vcpu *v)
{
	upcalls++;
}
int hvm_state_check(const struct domain *d, const struct hvm_state *s, const struct cpu_regs *r)
{
	return r->rip ? 0 : -EINVAL;
}
int hvm_context_load(struct domain *d, const uint8_t *data, size_t size)
{
	return data[0] ? 0 : -EINVAL;
}
size_t hvm_context_size(const struct domain *d)
{
	return 100;
}
int hvm_context_save(struct domain *d, uint8_t *data, size_t size, size_t *used)
{
	memset(data, 0x5a, 60);
	*used = 60;
	return 0;
}
int hvm_context_save_one(struct domain *d, unsigned code, unsigned instance, uint8_t *data,
			 size_t size, size_t *used)
{
	*used = 8;
	return instance ? -ENOENT : 0;
}
uint64_t fpu_xcr0_supported(void);
uint64_t fpu_xcr0_supported(void)
{
	return 0;
}
uint32_t host_tsc_khz(void)
{
	return 2000000;
}
time_ns_t host_cpu_idle(unsigned cpu)
{
	return 1000 * (cpu + 1);
}
void host_cpu_info(unsigned cpu, struct host_cpu_info *out)
{
	*out = (struct host_cpu_info){ .core = cpu };
}
bool host_debug_key(char key)
{
	return key == 'q';
}
uint64_t memory_total_frames(void)
{
	return FAKE_FRAMES;
}
uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	return a.bus ? 0xffff : 0x8086;
}
void log_write(enum log_level level, const char *fmt, ...)
{
}

static const char log_text[] = "first line\nsecond line\n";
size_t log_ring_read(char *buf, size_t size, uint32_t *index, bool incremental, bool clear)
{
	uint32_t from = incremental ? *index : 0;
	size_t n = MIN(size, sizeof(log_text) - 1 - from);

	memcpy(buf, log_text + from, n);
	*index = from + (uint32_t)n;
	return n;
}

int sched_get_params(const struct domain *d, struct sched_params *p)
{
	*p = (struct sched_params){ .weight = 256, .cap = 0 };
	return 0;
}
static struct sched_params params_set;
int sched_set_params(struct domain *d, const struct sched_params *p)
{
	params_set = *p;
	return 0;
}
int sched_set_affinity(struct vcpu *v, const struct cpu_mask *hard, const struct cpu_mask *soft)
{
	if (hard)
		v->sched.affinity_hard = *hard;
	if (soft)
		v->sched.affinity_soft = *soft;
	return 0;
}

int domain_create(domid_t id, const struct domain_config *config, struct domain **out)
{
	created = *config;
	created_id = id;
	if (create_error)
		return create_error;
	*out = guest;
	guest->refs++;
	return 0;
}

/* 4 is no longer to be found, but not free either. */
bool domain_id_taken(domid_t id)
{
	struct domain *d = domain_get(id);

	if (d)
		domain_put(d);
	return d || id == 4;
}

/* Ids are 0, 1 and 2 here. */
struct domain *domain_next(domid_t from)
{
	for (; from < FAKE_DOMAINS; from++) {
		struct domain *d = domain_get(from);

		if (d)
			return d;
	}
	return NULL;
}

static int setup(void **state)
{
	machine_reset();
	dom0 = machine_domain(0);
	guest = machine_domain(1);
	run_as(dom0);
	assert_int_equal(cpuid_domain_init(dom0), 0);
	assert_int_equal(cpuid_domain_init(guest), 0);
	pauses = destroy_restarts = create_error = 0;
	upcalls = 0;
	guest_cr0 = 0x11;
	memset(shut_down_by, 0, sizeof(shut_down_by));
	return 0;
}

static int teardown(void **state)
{
	cpuid_domain_destroy(dom0);
	cpuid_domain_destroy(guest);
	run_as(dom0);
	machine_check_no_leaks();
	return 0;
}

/* --- helpers ---------------------------------------------------------------------------------- */

static struct xen_domctl op;

static long domctl(uint32_t cmd, domid_t id)
{
	long rc;

	op.cmd = cmd;
	op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op.domain = id;
	memcpy(memory, &op, sizeof(op));
	rc = do_domctl(MEMORY);
	memcpy(&op, memory, sizeof(op));
	return rc;
}

/* --- the gate --------------------------------------------------------------------------------- */

static void test_only_domain_0_in_the_right_version(void **state)
{
	memset(&op, 0, sizeof(op));
	run_as(guest);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), -EPERM);
	run_as(dom0);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), 0);
	op.interface_version--;
	memcpy(memory, &op, sizeof(op));
	assert_int_equal(do_domctl(MEMORY), -EACCES);
	assert_int_equal(do_domctl(0), -EFAULT);
	assert_int_equal(do_domctl(MEMORY + MEMORY_SIZE - 8), -EFAULT);
	op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op._pad[1] = 1;
	memcpy(memory, &op, sizeof(op));
	assert_int_equal(do_domctl(MEMORY), -EINVAL);
	op._pad[1] = 0;
	assert_int_equal(domctl(9999, 1), -ENOSYS);
	assert_int_equal(domctl(0, 1), -ENOSYS);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 77), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 0), -EINVAL); /* itself */
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, DOMID_SELF), -EINVAL);
	guest->is_dying = true;
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 1), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, 1), 0);
	guest->is_dying = false;
}

static void test_a_restarted_domctl_lets_the_next_one_in(void **state)
{
	destroy_restarts = 1;
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, 1), -ERESTART);
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, 1), 0);
}

static void test_info_is_of_the_next_domain(void **state)
{
	give_ram(guest, 3, 0);
	guest->controller_pauses = 1;
	guest->vcpu[0]->pause_flags = VCPU_PAUSE_BLOCKED;
	guest->vcpu[0]->runstate.state = 2;
	guest->vcpu[0]->runstate.time[0] = 500;
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), 0);
	assert_int_equal(op.u.getdomaininfo.domain, 1);
	assert_int_equal(op.u.getdomaininfo.tot_pages, 1);
	assert_int_equal(op.u.getdomaininfo.cpu_time, 500);
	assert_int_equal(op.u.getdomaininfo.nr_online_vcpus, 1);
	assert_int_equal(op.u.getdomaininfo.flags, XEN_DOMINF_hvm_guest | XEN_DOMINF_hap |
							   XEN_DOMINF_paused | XEN_DOMINF_blocked);
	guest->is_shut_down = true;
	guest->shutdown_code = SHUTDOWN_crash;
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), 0);
	assert_int_equal(op.u.getdomaininfo.flags >> 16, SHUTDOWN_crash);
	assert_true(op.u.getdomaininfo.flags & XEN_DOMINF_shutdown);
	guest->is_shut_down = false;
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 2), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 0xffff), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, DOMID_SELF), 0);
	assert_int_equal(op.domain, 0);
}

/* --- creation, pausing ------------------------------------------------------------------------ */

static struct xen_domctl_createdomain good_creation(void)
{
	return (struct xen_domctl_createdomain){
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = 4,
		.max_evtchn_port = 1023,
		.max_grant_frames = 64,
		.max_maptrack_frames = -1,
		.grant_opts = 1,
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};
}

static long create(struct xen_domctl_createdomain c, domid_t id)
{
	op.u.createdomain = c;
	return domctl(XEN_DOMCTL_createdomain, id);
}

#define REFUSED(...)                                                \
	do {                                                        \
		struct xen_domctl_createdomain c = good_creation(); \
		__VA_ARGS__;                                        \
		assert_int_equal(create(c, 0), -EINVAL);            \
	} while (0)

static void test_creation(void **state)
{
	assert_int_equal(create(good_creation(), 0), 0);
	assert_int_equal(op.domain, guest->id);
	assert_int_equal(created_id, 2); /* the lowest that is free */
	assert_int_equal(created.max_maptrack_frames, 1024);
	assert_int_equal(guest->controller_pauses, 1);
	assert_int_equal(create(good_creation(), 0xffff), 0);
	assert_int_equal(created_id, 3); /* not the same again */
	assert_int_equal(create(good_creation(), 0xffff), 0);
	assert_int_equal(created_id, 5);
	assert_int_equal(create(good_creation(), 55), 0);
	assert_int_equal(created_id, 55);
	create_error = -EEXIST;
	assert_int_equal(create(good_creation(), 55), -EEXIST);
	REFUSED(c.flags = XEN_DOMCTL_CDF_hap);
	REFUSED(c.flags = XEN_DOMCTL_CDF_hvm);
	REFUSED(c.flags |= XEN_DOMCTL_CDF_iommu);
	REFUSED(c.flags |= XEN_DOMCTL_CDF_nested_virt);
	REFUSED(c.flags |= 1u << 31);
	REFUSED(c.max_vcpus = 0);
	REFUSED(c.max_vcpus = MAX_VCPUS + 1);
	REFUSED(c.max_vcpus = ~0u);
	REFUSED(c.arch.emulation_flags |= XEN_X86_EMU_PIT);
	REFUSED(c.arch.misc_flags = 2);
	REFUSED(c.iommu_opts = 1);
	REFUSED(c.max_grant_frames = 1 << 30);
	REFUSED(c.grant_opts = 3);
	REFUSED(c.grant_opts = 0x11);
	REFUSED(c.altp2m_opts = 1);
	REFUSED(c.vmtrace_size = 4096);
	REFUSED(c.cpupool_id = 1);
}

static void test_pauses_are_counted(void **state)
{
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), -EINVAL);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 1), 0);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 1), 0);
	assert_int_equal(pauses, 1);
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), 0);
	assert_int_equal(pauses, 1);
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), 0);
	assert_int_equal(pauses, 0);
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), -EINVAL);
	assert_int_equal(pauses, 0);
}

static void test_vcpus(void **state)
{
	op.u.max_vcpus.max = 0;
	assert_int_equal(domctl(XEN_DOMCTL_max_vcpus, 1), -EINVAL);
	op.u.max_vcpus.max = 2; /* more than createdomain said */
	assert_int_equal(domctl(XEN_DOMCTL_max_vcpus, 1), -EINVAL);
	op.u.max_vcpus.max = 1; /* is there already */
	assert_int_equal(domctl(XEN_DOMCTL_max_vcpus, 1), 0);
	op.u.getvcpuinfo.vcpu = 1;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuinfo, 1), -ESRCH);
	op.u.getvcpuinfo.vcpu = 0;
	guest->vcpu[0]->pause_flags = VCPU_PAUSE_DOWN;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuinfo, 1), 0);
	assert_int_equal(op.u.getvcpuinfo.online, 0);
}

/* --- affinity, scheduling --------------------------------------------------------------------- */

static void test_affinity(void **state)
{
	struct xen_domctl_vcpuaffinity *a = &op.u.vcpuaffinity;

	memset(&op, 0, sizeof(op));
	memory[4096] = 0xfe; /* CPU 1 and more than there are */
	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard = (struct xenctl_bitmap){ .bitmap = MEMORY + 4096, .nr_bits = 3 };
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), 0);
	assert_int_equal(guest->vcpu[0]->sched.affinity_hard.bits[0],
			 6); /* only the bits that count */
	memset(memory + 4096, 0xff, 64);
	a->cpumap_hard.nr_bits = 300;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuaffinity, 1), 0);
	assert_int_equal(memory[4096], 2); /* those online */
	for (unsigned i = 1; i < 38; i++)
		assert_int_equal(memory[4096 + i], 0);
	assert_int_equal(memory[4096 + 38], 0xff); /* beyond the caller's map */
	memory[4096] = 0xfc;                       /* no CPU that exists */
	a->cpumap_hard.nr_bits = 8;
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), -EINVAL);
	a->cpumap_hard.nr_bits = ~0u;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuaffinity, 1), -EINVAL);
	a->cpumap_hard = (struct xenctl_bitmap){ .bitmap = 0, .nr_bits = 8 };
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuaffinity, 1), -EFAULT);
	a->flags = 0;
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), -EINVAL);
	a->vcpu = 1;
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), -ESRCH);
}

static void test_weight_and_cap(void **state)
{
	struct xen_domctl_scheduler_op *s = &op.u.scheduler_op;

	s->sched_id = XEN_SCHEDULER_CREDIT;
	s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	s->u.credit.weight = 0; /* as it is */
	s->u.credit.cap = 50;
	assert_int_equal(domctl(XEN_DOMCTL_scheduler_op, 1), 0);
	assert_int_equal(params_set.weight, 256);
	assert_int_equal(params_set.cap, 50);
	s->u.credit.cap = 0xffff;
	s->u.credit.weight = 512;
	assert_int_equal(domctl(XEN_DOMCTL_scheduler_op, 1), 0);
	assert_int_equal(params_set.cap, 0);
	assert_int_equal(params_set.weight, 512);
	s->sched_id = XEN_SCHEDULER_CREDIT2;
	assert_int_equal(domctl(XEN_DOMCTL_scheduler_op, 1), -EINVAL);
}

/* --- guest memory ----------------------------------------------------------------------------- */

static struct xen_domctl_gdbsx_memio *memio(uint64_t gva, uint32_t len, bool write)
{
	memset(&op.u, 0, sizeof(op.u));
	op.u.gdbsx_guest_memio = (struct xen_domctl_gdbsx_memio){
		.gva = gva, .uva = MEMORY + 8192, .len = len, .gwr = write
	};
	return &op.u.gdbsx_guest_memio;
}

static void test_guest_memory_is_written_and_read(void **state)
{
	uint8_t *page;

	give_ram(guest, 16, 0);
	give_ram(guest, 17, 0);
	guest->controller_pauses = 1;
	for (unsigned i = 0; i < 5000; i++)
		memory[8192 + i] = (uint8_t)(i * 7);
	memio(16 * 4096 + 100, 5000, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(op.u.gdbsx_guest_memio.remain, 0);
	page = mfn_to_virt(MFN(mfn_at(guest, 16)));
	assert_memory_equal(page + 100, memory + 8192, 4096 - 100);
	page = mfn_to_virt(MFN(mfn_at(guest, 17)));
	assert_memory_equal(page, memory + 8192 + 3996, 5000 - 3996);
	memset(memory + 8192, 0, 5000);
	memio(16 * 4096 + 100, 5000, false);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(memory[8192 + 4999], (uint8_t)(4999 * 7));
	assert_int_equal(refs_of(mfn_at(guest, 16)), 1);
}

static void test_guest_memory_stops_at_a_hole(void **state)
{
	give_ram(guest, 16, 0);
	guest->controller_pauses = 1;
	memio(16 * 4096, 8192, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EFAULT);
	assert_int_equal(op.u.gdbsx_guest_memio.remain, 4096);
	memio(~0ul - 100, 4096, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EINVAL);
	memio(16 * 4096, 100, true)->uva = 0;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EFAULT);
	memio(16 * 4096, 100, true)->pgd3val = 1;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EOPNOTSUPP);
	guest_cr0 = 0x80000011;
	memio(16 * 4096, 100, true);
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EOPNOTSUPP);
	guest->controller_pauses = 0;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EBUSY);
}

static void test_a_long_copy_is_interrupted_and_goes_on(void **state)
{
	struct xen_domctl_gdbsx_memio *m;

	for (unsigned i = 0; i < 200; i++)
		give_ram(guest, 100 + i, 0);
	for (unsigned i = 0; i < 800000; i++)
		memory[8192 + i] = (uint8_t)(i >> 12);
	guest->controller_pauses = 1;
	m = memio(100 * 4096, 800000, true);
	fake_preempt_after = 0; /* asked after each 256 KiB */
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -ERESTART);
	assert_int_equal(m->gva, 100 * 4096 + (256 << 10));
	assert_int_equal(m->len, 800000 - (256 << 10));
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(m->remain, 0);
	for (unsigned i = 0; i < 195; i++)
		assert_int_equal(*(uint8_t *)mfn_to_virt(MFN(mfn_at(guest, 100 + i))), i);
}

static void test_physical_access_needs_no_pause(void **state)
{
	give_ram(guest, 16, 0);
	guest_cr0 = 0x80000011;
	*(uint8_t *)mfn_to_virt(MFN(mfn_at(guest, 16))) = 0x5a;
	memio(16 * 4096, 4096, false)->pgd3val = SOCLE_GDBSX_PHYSICAL;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), 0);
	assert_int_equal(memory[8192], 0x5a);
	memio(17 * 4096, 4096, false)->pgd3val = SOCLE_GDBSX_PHYSICAL;
	assert_int_equal(domctl(XEN_DOMCTL_gdbsx_guestmemio, 1), -EFAULT);
}

static void test_page_types(void **state)
{
	struct xen_domctl_getpageframeinfo3 *g = &op.u.getpageframeinfo3;
	uint64_t *list = (uint64_t *)(memory + 4096);

	memset(&op.u, 0, sizeof(op.u));
	give_ram(guest, 16, 0);
	give_ram(guest, 85, 0);
	give_ram(guest, 86, 0);
	mfn_to_page(MFN(mfn_at(guest, 86)))->flags |= PAGE_XENHEAP;
	g->array = MEMORY + 4096;
	g->num = 72; /* more than one batch */
	for (unsigned i = 0; i < 72; i++)
		list[i] = 16 + i;
	list[1] = ~0ul;
	assert_int_equal(domctl(XEN_DOMCTL_getpageframeinfo3, 1), 0);
	for (unsigned i = 0; i < 72; i++)
		assert_int_equal(list[i], i == 0 || i == 69 ? XEN_DOMCTL_PFINFO_NOTAB
							    : XEN_DOMCTL_PFINFO_XTAB);
	assert_int_equal(refs_of(mfn_at(guest, 16)), 1);
	mfn_to_page(MFN(mfn_at(guest, 86)))->flags &= ~PAGE_XENHEAP;
	g->num = 1025;
	assert_int_equal(domctl(XEN_DOMCTL_getpageframeinfo3, 1), -E2BIG);
	g->num = 1;
	g->array = 0;
	assert_int_equal(domctl(XEN_DOMCTL_getpageframeinfo3, 1), -EFAULT);
}

/* --- CPUID policy, context -------------------------------------------------------------------- */

static void test_policy_in_and_out(void **state)
{
	struct xen_domctl_cpu_policy *c = &op.u.cpu_policy;
	struct xen_cpuid_leaf *leaf = (struct xen_cpuid_leaf *)(memory + 4096);
	uint32_t nr;

	memset(&op.u, 0, sizeof(op.u));
	assert_int_equal(domctl(XEN_DOMCTL_get_cpu_policy, 1), 0);
	nr = c->nr_leaves;
	assert_in_range(nr, 10, 256);
	c->leaves = MEMORY + 4096;
	c->nr_leaves = nr - 1;
	assert_int_equal(domctl(XEN_DOMCTL_get_cpu_policy, 1), -ENOBUFS);
	c->nr_leaves = nr;
	assert_int_equal(domctl(XEN_DOMCTL_get_cpu_policy, 1), 0);
	assert_int_equal(leaf[0].leaf, 0);
	assert_int_equal(leaf[nr - 1].leaf, 0xb); /* this host has no more */
	/* The same again is fine; a feature that the host has not is not. */
	c->nr_msrs = 0;
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), 0);
	assert_int_equal(c->err_leaf, XEN_CPUID_INPUT_UNUSED);
	leaf[1].c |= 1u << 28;
	assert_int_equal(leaf[1].leaf, 1);
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -EINVAL);
	assert_int_equal(c->err_leaf, 1);
	assert_false(guest->hvm.cpuid->basic[1].c & 1u << 28);
	leaf[1].c &= ~(1u << 28);
	leaf[1].leaf = 0x1234;
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -ERANGE);
	assert_int_equal(c->err_leaf, 0x1234);
	c->nr_leaves = ~0u;
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -E2BIG);
	c->nr_leaves = 0;
	guest->vcpu[0]->runstate.time[0] = 1; /* it has run */
	assert_int_equal(domctl(XEN_DOMCTL_set_cpu_policy, 1), -EEXIST);
}

static void test_context_buffers(void **state)
{
	struct xen_domctl_hvmcontext *h = &op.u.hvmcontext;

	memset(&op.u, 0, sizeof(op.u));
	assert_int_equal(domctl(XEN_DOMCTL_gethvmcontext, 1), 0);
	assert_int_equal(h->size, 100);
	h->buffer = MEMORY + 4096;
	h->size = 59;
	assert_int_equal(domctl(XEN_DOMCTL_gethvmcontext, 1), -ENOSPC);
	h->size = 100;
	assert_int_equal(domctl(XEN_DOMCTL_gethvmcontext, 1), 0);
	assert_int_equal(h->size, 60);
	assert_int_equal(memory[4096 + 59], 0x5a);
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), 0);
	assert_int_equal(pauses, 0);
	h->size = 0;
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), -EINVAL);
	h->size = HVM_CONTEXT_MAX + 1;
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), -EINVAL);
	h->size = 100;
	h->buffer = MEMORY + MEMORY_SIZE - 50;
	assert_int_equal(domctl(XEN_DOMCTL_sethvmcontext, 1), -EFAULT);
}

/* --- HVM parameters --------------------------------------------------------------------------- */

static long param(unsigned cmd, domid_t id, uint32_t index, uint64_t *value)
{
	struct xen_hvm_param p = { .domid = id, .index = index, .value = *value };
	long rc;

	memcpy(memory, &p, sizeof(p));
	rc = do_hvm_op(cmd, MEMORY);
	memcpy(&p, memory, sizeof(p));
	*value = p.value;
	return rc;
}

static long set(domid_t id, uint32_t index, uint64_t value)
{
	return param(HVMOP_set_param, id, index, &value);
}

static void test_params_have_rights(void **state)
{
	uint64_t v = 0;

	assert_int_equal(set(1, HVM_PARAM_CONSOLE_PFN, 0xfefff), 0);
	assert_int_equal(set(1, HVM_PARAM_TIMER_MODE, 1), 0);
	assert_int_equal(set(1, HVM_PARAM_TIMER_MODE, 4), -EOPNOTSUPP);
	assert_int_equal(set(1, HVM_PARAM_VIRIDIAN, 1), -EOPNOTSUPP);
	assert_int_equal(set(1, HVM_PARAM_NESTEDHVM, 1), -EOPNOTSUPP);
	assert_int_equal(set(1, 3, 0), -EINVAL);
	assert_int_equal(set(1, HVM_NR_PARAMS, 0), -EINVAL);
	assert_int_equal(set(1, ~0u, 0), -EINVAL);
	assert_int_equal(set(1, HVM_PARAM_IOREQ_SERVER_PFN, 5), 0);
	assert_int_equal(set(1, HVM_PARAM_IOREQ_SERVER_PFN, 5), 0);
	assert_int_equal(set(1, HVM_PARAM_IOREQ_SERVER_PFN, 6), -EEXIST);
	run_as(guest);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_CONSOLE_PFN, &v), 0);
	assert_int_equal(v, 0xfefff);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_IOREQ_SERVER_PFN, &v),
			 -EPERM);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CONSOLE_PFN, 1), -EPERM);
	assert_int_equal(set(0, HVM_PARAM_CALLBACK_IRQ, 0), -EPERM);
	assert_int_equal(do_hvm_op(HVMOP_set_param, 0), -EFAULT);
}

static void test_callback_is_a_vector(void **state)
{
	uint64_t vector = (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56;

	run_as(guest);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, vector | 0xf3), 0);
	assert_int_equal(guest->hvm.callback_vector, 0xf3);
	assert_int_equal(upcalls, 1); /* what came before */
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, vector | 0x0f), -EINVAL);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 1ul << 56), -EOPNOTSUPP);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 9), -EOPNOTSUPP);
	assert_int_equal(guest->hvm.callback_vector, 0xf3);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 0), 0);
	assert_int_equal(guest->hvm.callback_vector, 0);
	assert_int_equal(do_hvm_op(HVMOP_pagetable_dying, MEMORY), -ENOSYS);
	assert_int_equal(do_hvm_op(99, MEMORY), -ENOSYS);
}

static void test_upcall_vector_per_vcpu(void **state)
{
	struct xen_hvm_evtchn_upcall_vector u = { .vcpu = 0, .vector = 0x30 };

	run_as(guest);
	memcpy(memory, &u, sizeof(u));
	assert_int_equal(do_hvm_op(HVMOP_set_evtchn_upcall_vector, MEMORY), 0);
	assert_int_equal(guest->vcpu[0]->hvm.upcall_vector, 0x30);
	u.vector = 0xf;
	memcpy(memory, &u, sizeof(u));
	assert_int_equal(do_hvm_op(HVMOP_set_evtchn_upcall_vector, MEMORY), -EINVAL);
	u = (struct xen_hvm_evtchn_upcall_vector){ .vcpu = 1, .vector = 0x30 };
	memcpy(memory, &u, sizeof(u));
	assert_int_equal(do_hvm_op(HVMOP_set_evtchn_upcall_vector, MEMORY), -ENOENT);
}

/* --- sysctl ----------------------------------------------------------------------------------- */

static struct xen_sysctl sys;

static long sysctl(uint32_t cmd)
{
	long rc;

	sys.cmd = cmd;
	sys.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	memcpy(memory, &sys, sizeof(sys));
	rc = do_sysctl(MEMORY);
	memcpy(&sys, memory, sizeof(sys));
	return rc;
}

static void test_sysctl_gate(void **state)
{
	run_as(guest);
	assert_int_equal(sysctl(XEN_SYSCTL_physinfo), -EPERM);
	run_as(dom0);
	assert_int_equal(sysctl(999), -ENOSYS);
	sys.interface_version = 1;
	memcpy(memory, &sys, sizeof(sys));
	assert_int_equal(do_sysctl(MEMORY), -EACCES);
}

static void test_sysctl_lists_domains(void **state)
{
	struct xen_sysctl_getdomaininfolist *l = &sys.u.getdomaininfolist;
	struct xen_domctl_getdomaininfo *info = (void *)(memory + 4096);

	*l = (struct xen_sysctl_getdomaininfolist){ .max_domains = 10, .buffer = MEMORY + 4096 };
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), 0);
	assert_int_equal(l->num_domains, 2);
	assert_int_equal(info[1].domain, 1);
	l->max_domains = 1;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), 0);
	assert_int_equal(l->num_domains, 1);
	l->first_domain = 1;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), 0);
	assert_int_equal(info[0].domain, 1);
	l->buffer = 0;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), -EFAULT);
	l->first_domain = 0x7ff0;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), -EINVAL);
	assert_int_equal(dom0->refs, 1);
	assert_int_equal(guest->refs, 1);
}

static void test_sysctl_reads_the_log(void **state)
{
	struct xen_sysctl_readconsole *r = &sys.u.readconsole;

	*r = (struct xen_sysctl_readconsole){ .buffer = MEMORY + 4096, .count = 10 };
	assert_int_equal(sysctl(XEN_SYSCTL_readconsole), 0);
	assert_int_equal(r->count, 10);
	assert_int_equal(r->index, 10);
	assert_memory_equal(memory + 4096, "first line", 10);
	r->incremental = 1;
	r->count = 4000;
	assert_int_equal(sysctl(XEN_SYSCTL_readconsole), 0);
	assert_int_equal(r->count, sizeof(log_text) - 1 - 10);
	assert_int_equal(sysctl(XEN_SYSCTL_readconsole), 0);
	assert_int_equal(r->count, 0);
}

static void test_sysctl_machine(void **state)
{
	assert_int_equal(sysctl(XEN_SYSCTL_physinfo), 0);
	assert_int_equal(sys.u.physinfo.nr_cpus, 2);
	assert_int_equal(sys.u.physinfo.threads_per_core, 1);
	assert_int_equal(sys.u.physinfo.cores_per_socket, 2);
	assert_int_equal(sys.u.physinfo.total_pages, FAKE_FRAMES);
	assert_true(sys.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_hvm);
	assert_false(sys.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_pv);
	memset(&sys.u, 0, sizeof(sys.u));
	sys.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
	assert_int_equal(sysctl(XEN_SYSCTL_cpupool_op), 0);
	assert_int_equal(sys.u.cpupool_op.n_dom, 2);
	sys.u.cpupool_op.cpupool_id = 1;
	assert_int_equal(sysctl(XEN_SYSCTL_cpupool_op), -ENOENT);
	sys.u.cpu_policy =
		(struct xen_sysctl_cpu_policy){ .index = XEN_SYSCTL_cpu_policy_hvm_default };
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_policy), 0);
	assert_true(sys.u.cpu_policy.nr_leaves > 10);
	sys.u.cpu_policy.index = 6;
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_policy), -EINVAL);
	sys.u.cpu_featureset = (struct xen_sysctl_cpu_featureset){ .index = 9 };
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_featureset), 0);
	assert_int_equal(sys.u.cpu_featureset.nr_features, CPUID_FEATURE_WORDS);
	sys.u.cpu_featureset.features = MEMORY + 4096;
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_featureset), -EINVAL);
	sys.u.cpu_featureset.index = 3;
	sys.u.cpu_featureset.nr_features = 2;
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_featureset), -ENOBUFS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_domain_0_in_the_right_version),
		TEST(test_a_restarted_domctl_lets_the_next_one_in),
		TEST(test_info_is_of_the_next_domain),
		TEST(test_creation),
		TEST(test_pauses_are_counted),
		TEST(test_vcpus),
		TEST(test_affinity),
		TEST(test_weight_and_cap),
		TEST(test_guest_memory_is_written_and_read),
		TEST(test_guest_memory_stops_at_a_hole),
		TEST(test_physical_access_needs_no_pause),
		TEST(test_page_types),
		TEST(test_a_long_copy_is_interrupted_and_goes_on),
		TEST(test_policy_in_and_out),
		TEST(test_context_buffers),
		TEST(test_params_have_rights),
		TEST(test_callback_is_a_vector),
		TEST(test_upcall_vector_per_vcpu),
		TEST(test_sysctl_gate),
		TEST(test_sysctl_lists_domains),
		TEST(test_sysctl_reads_the_log),
		TEST(test_sysctl_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
