// SPDX-License-Identifier: GPL-2.0-or-later
/* What the calls of a toolstack need beyond the fake machine. */
#include "fake_control.h"

#include <string.h>

#include "abi/errno.h"
#include "cpuid.h"
#include "host.h"
#include "hvm.h"
#include "hvm_context.h"
#include "hypercall.h"
#include "iommu.h"
#include "log.h"
#include "vpci.h"
#include "wallclock.h"

struct domain *dom0, *guest;
int pauses, destroy_restarts, create_error;
unsigned upcalls, scans[4];
uint64_t guest_cr0;
struct domain_config created;
domid_t created_id;

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
int domain_soft_reset(struct domain *d)
{
	if (!d->is_shut_down || !pauses)
		return -EINVAL;
	return destroy_restarts-- > 0 ? -ERESTART : 0;
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
/* Each thirty-third frame was written to since the log was last emptied. */
void p2m_scan(struct domain *d, struct p2m_scan *s)
{
	scans[s->how]++;
	for (uint64_t i = 0; i < s->nr; i++) {
		if ((s->first + i) % 33)
			continue;
		s->written++;
		if (s->bits)
			s->bits[i / 64] |= BIT(i % 64);
	}
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
/* --- PCI devices: 03:00.0, which guests may have, and its sibling 03:00.1 --- */

bool has_iommu;
struct domain *device_owner;

bool iommu_present(void)
{
	return has_iommu;
}
int vpci_assignable(struct pci_address a)
{
	return a.segment || a.bus != 3 || a.devfn ? -ENODEV : device_owner ? -EBUSY : 0;
}
int vpci_assign(struct domain *d, struct pci_address a)
{
	int rc = vpci_assignable(a);

	if (!rc)
		device_owner = d;
	return rc;
}
int vpci_deassign(struct domain *d, const struct pci_address *a)
{
	if (device_owner != d || vpci_assignable(*a) != -EBUSY)
		return -ENODEV;
	device_owner = NULL;
	return 0;
}
void log_write(enum log_level level, const char *fmt, ...)
{
}

size_t log_ring_read(char *buf, size_t size, uint32_t *index, bool incremental, bool clear)
{
	uint32_t from = incremental ? *index : 0;
	size_t n = MIN(size, sizeof(LOG_TEXT) - 1 - from);

	memcpy(buf, LOG_TEXT + from, n);
	*index = from + (uint32_t)n;
	return n;
}

struct sched_params params_set;
int sched_set_params(struct domain *d, const struct sched_params *p)
{
	params_set = *p;
	return 0;
}
int sched_set_affinity(struct vcpu *v, const struct cpu_mask *hard, const struct cpu_mask *soft)
{
	if (hard && !(hard->bits[0] & (BIT(cpu_count()) - 1)))
		return -EINVAL;
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

int setup(void **state)
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
	has_iommu = false;
	device_owner = NULL;
	return 0;
}

int teardown(void **state)
{
	cpuid_domain_destroy(dom0);
	cpuid_domain_destroy(guest);
	run_as(dom0);
	machine_check_no_leaks();
	return 0;
}

struct xen_domctl op;

long domctl(uint32_t cmd, domid_t id)
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
