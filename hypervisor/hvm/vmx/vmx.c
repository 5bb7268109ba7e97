// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel VT-x with EPT and unrestricted guest (SDM vol. 3, chapters 24 to 29): enabling it, what a
 * CPU must have for it, and the table of what this folder offers.
 */
#include "abi/errno.h"
#include "boot_info.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "machine.h"
#include "mm.h"
#include "private.h"
#include "processor.h"
#include "speculation.h"

#define FEATURE_VMX    (1u << 5) /* CPUID 1 ECX */
#define RIGHTS_DEFAULT BIT(14)
#define EPT_PAGES      (EPT_CAP_WALK_4 | EPT_CAP_2M)
#define EPT_NEEDED     (EPT_PAGES | EPT_CAP_WRITE_BACK | EPT_CAP_INVEPT)
#define VPID_NEEDED    (EPT_CAP_INVVPID | EPT_CAP_INVVPID_ALL)
#define APICV          (CPU2_X2APIC | CPU2_APIC_REGISTERS | CPU2_INTR_DELIVERY)

struct vmx_config vmx_config;
static struct p2m_format ept_format;

/* --- what a CPU must have --------------------------------------------------------------------- */

static const struct vmx_control pin_control = {
	.needed = PIN_INTR_EXITING | PIN_NMI_EXITING | PIN_VIRTUAL_NMIS,
	.wanted = PIN_PREEMPTION, /* only in some entries */
};
static const struct vmx_control cpu_control = {
	.needed = CPU_TSC_OFFSET | CPU_HLT_EXITING | CPU_MWAIT_EXITING | CPU_RDPMC_EXITING |
		  CPU_CR8_LOAD_EXITING | CPU_CR8_STORE_EXITING | CPU_IO_BITMAPS | CPU_MSR_BITMAPS |
		  CPU_MONITOR_EXITING | CPU_SECONDARY,
	.wanted = CPU_TPR_SHADOW,
	.refused = CPU_INTR_WINDOW | CPU_INVLPG_EXITING | CPU_RDTSC_EXITING | CPU_CR3_LOAD_EXITING |
		   CPU_CR3_STORE_EXITING | CPU_NMI_WINDOW | CPU_MOV_DR_EXITING | CPU_PAUSE_EXITING,
};
static const struct vmx_control cpu_control2 = {
	.needed = CPU2_EPT | CPU2_UNRESTRICTED,
	.wanted = CPU2_RDTSCP | CPU2_VPID | CPU2_INVPCID | CPU2_WBINVD_EXITING | APICV,
};
static const struct vmx_control exit_control = {
	.needed = EXIT_SAVE_DEBUG | EXIT_HOST_64BIT | EXIT_SAVE_PAT | EXIT_LOAD_PAT |
		  EXIT_SAVE_EFER | EXIT_LOAD_EFER,
	.refused = EXIT_ACK_INTR,
};
static const struct vmx_control entry_control = {
	.needed = ENTRY_LOAD_DEBUG | ENTRY_LOAD_PAT | ENTRY_LOAD_EFER,
	.refused = ENTRY_LONG_MODE,
};

static bool choose(const char *what, const struct vmx_control *c, uint32_t msr, uint32_t *value)
{
	uint64_t capability = rdmsr(msr);
	uint32_t lacking;

	if (vmx_control_choose(c, capability, value, &lacking))
		return true;
	log_err("VT-x: the %s controls cannot be set as needed: bits %#x, MSR %#x is %#lx", what,
		lacking, msr, capability);
	return false;
}

static int secondary_read(struct vmx_config *c)
{
	uint64_t capability = 0;
	uint32_t lacking;

	/* The register is there only if secondary controls are. */
	if (rdmsr(MSR_VMX_CPU_CONTROLS) >> 32 & CPU_SECONDARY)
		capability = rdmsr(MSR_VMX_CPU_CONTROLS2);
	if (!vmx_control_choose(&cpu_control2, capability, &c->cpu2, &lacking)) {
		log_err("VT-x lacks %s%s%s: found secondary controls %#lx",
			lacking & CPU2_EPT ? "extended page tables (EPT)" : "",
			lacking == (CPU2_EPT | CPU2_UNRESTRICTED) ? " and " : "",
			lacking & CPU2_UNRESTRICTED ? "unrestricted guest" : "", capability >> 32);
		return -ENODEV;
	}
	c->ept_vpid = rdmsr(MSR_VMX_EPT_VPID_CAP);
	if ((c->ept_vpid & EPT_NEEDED) != EPT_NEEDED ||
	    !(c->ept_vpid & (EPT_CAP_INVEPT_ONE | EPT_CAP_INVEPT_ALL))) {
		log_err("VT-x: EPT is found with capabilities %#lx, needed %#lx", c->ept_vpid,
			EPT_NEEDED);
		return -ENODEV;
	}
	if ((c->ept_vpid & VPID_NEEDED) != VPID_NEEDED)
		c->cpu2 &= ~CPU2_VPID;
	return 0;
}

/*
 * All of it or nothing: CPUs with a part of it are the older ones. Bochs 2.7 is not trusted: there
 * an interrupt of the machine's may deliver one that waits to a guest with IF clear.
 */
static void apicv_choose(struct vmx_config *c)
{
	bool wanted = cmdline.apicv == APICV_ON ||
		      (cmdline.apicv == APICV_IF_TRUSTED && !machine_is_bochs());

	if (wanted && (c->cpu & CPU_TPR_SHADOW) && (c->cpu2 & APICV) == APICV) {
		c->cpu &= ~(CPU_CR8_LOAD_EXITING | CPU_CR8_STORE_EXITING);
		c->cpu2 &= ~CPU2_X2APIC; /* by the mode of each vCPU */
	} else {
		c->cpu &= ~CPU_TPR_SHADOW;
		c->cpu2 &= ~APICV;
	}
}

static int config_read(struct vmx_config *c)
{
	uint64_t basic = rdmsr(MSR_VMX_BASIC);
	uint32_t offset = basic & VMX_BASIC_TRUE ? MSR_VMX_TRUE_PIN_CONTROLS - MSR_VMX_PIN_CONTROLS
						 : 0;
	int rc = secondary_read(c);

	if (rc)
		return rc;
	if (!choose("pin", &pin_control, MSR_VMX_PIN_CONTROLS + offset, &c->pin) ||
	    !choose("processor", &cpu_control, MSR_VMX_CPU_CONTROLS + offset, &c->cpu) ||
	    !choose("exit", &exit_control, MSR_VMX_EXIT_CONTROLS + offset, &c->exit) ||
	    !choose("entry", &entry_control, MSR_VMX_ENTRY_CONTROLS + offset, &c->entry))
		return -ENODEV;
	apicv_choose(c);
	/* Counts the TSC, shifted; for Bochs alone, see run.c. */
	if ((c->pin & PIN_PREEMPTION) && machine_is_bochs())
		c->preemption = (uint32_t)(time_scale.tsc_hz / 1000 >> (rdmsr(MSR_VMX_MISC) & 31));
	c->pin &= ~PIN_PREEMPTION;
	c->revision = (uint32_t)basic & 0x7fffffff;
	c->cr0_fixed = rdmsr(MSR_VMX_CR0_FIXED0) & ~(CR0_PE | CR0_PG);
	c->cr4_fixed = rdmsr(MSR_VMX_CR4_FIXED0);
	return 0;
}

/* --- turning it on ---------------------------------------------------------------------------- */

/* Firmware locks it, one way or the other; where it has not, it is ours to do. */
static int feature_unlock(void)
{
	const uint64_t on = FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMXON;
	uint64_t control = rdmsr(MSR_FEATURE_CONTROL);

	if (!(control & FEATURE_CONTROL_LOCK)) {
		wrmsr(MSR_FEATURE_CONTROL, control | on);
		control |= on;
	}
	if (control & FEATURE_CONTROL_VMXON)
		return 0;
	log_err("VT-x is switched off by the firmware: enable it (virtualisation) in its set-up");
	return -ENODEV;
}

static int vmxon(uint32_t revision)
{
	uint32_t *region = heap_alloc(0);
	paddr_t pa;
	bool failed;

	if (!region)
		return -ENOMEM;
	region[0] = revision;
	pa = virt_to_paddr(region);
	write_cr4(read_cr4() | CR4_VMXE);
	__asm__ volatile("vmxon %1; setna %0" : "=q"(failed) : "m"(pa) : "cc", "memory");
	if (failed) {
		log_err("VT-x: VMXON failed on CPU %u", this_cpu()->id);
		heap_free(region, 0);
		return -ENODEV;
	}
	this_cpu()->vendor_page = region;
	return 0;
}

static int vmx_cpu_enable(void)
{
	struct vmx_config c;
	uint32_t r[4];
	int rc;

	memset(&c, 0, sizeof(c)); /* compared as bytes */
	cpuid_count(1, 0, r);
	if (!(r[2] & FEATURE_VMX)) {
		log_err("this CPU has no VT-x (VMX): found CPUID 1 ECX %#x, needed bit 5", r[2]);
		return -ENODEV;
	}
	rc = feature_unlock();
	if (!rc)
		rc = config_read(&c);
	if (rc)
		return rc;
	if (!this_cpu()->id) {
		memcpy(&vmx_config, &c, sizeof(c));
		ept_format_choose(&ept_format, c.ept_vpid);
		vlapic_in_hardware = c.cpu2 & CPU2_INTR_DELIVERY;
		log_info("VT-x: interrupts are delivered %s",
			 vlapic_in_hardware ? "without exits (APICv)" : "with exits: no APICv");
		if (speculation_on & SPEC_SMALL_EXECUTE)
			ept_format.small_only = EPT_EXECUTE;
	} else if (memcmp(&c, &vmx_config, sizeof(c))) {
		log_err("CPU %u offers another VT-x than CPU 0", this_cpu()->id);
		return -ENODEV;
	}
	return vmxon(c.revision);
}

/* --- what the guest is doing ------------------------------------------------------------------ */

static uint64_t vmx_get_cr3(struct vcpu *v, uint64_t *cr0, uint64_t *cr4, uint64_t *efer)
{
	uint64_t cr3;

	vmx_open(v);
	*cr0 = vmx_cr0_get();
	*cr4 = vmx_cr4_get();
	*efer = vmread(VMCS_GUEST_EFER);
	cr3 = vmread(VMCS_GUEST_CR3);
	vmx_close(v);
	return cr3;
}

static unsigned vmx_get_cpl(struct vcpu *v)
{
	unsigned cpl;

	vmx_open(v);
	cpl = vmread(SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_SS)) >> 5 & 3;
	vmx_close(v);
	return cpl;
}

static enum cpu_mode vmx_get_mode(struct vcpu *v, uint64_t *cs_base)
{
	enum cpu_mode mode = CPU_MODE_16;
	uint64_t rights;

	*cs_base = 0;
	vmx_open(v);
	rights = vmread(SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS));
	if ((rights & RIGHTS_LONG) && (vmread(VMCS_GUEST_EFER) & EFER_LMA)) {
		mode = CPU_MODE_64;
	} else {
		*cs_base = vmread(SEGMENT_FIELD(VMCS_GUEST_BASE, VMX_CS));
		if ((rights & RIGHTS_DEFAULT) && (vmread(VMCS_GUEST_CR0) & CR0_PE))
			mode = CPU_MODE_32;
	}
	vmx_close(v);
	return mode;
}

/* The low 8192 MSRs have 1 KiB of bits, those from 0xc0000000 on the next; the same for writes. */
static void vmx_msr_pass(uint8_t *map, uint32_t msr, bool write)
{
	uint32_t at = (msr >= 0xc0000000u ? 0x400 : 0) + (msr & 0x1fff) / 8;
	uint8_t keep = (uint8_t) ~(1u << msr % 8);

	map[at] &= keep;
	if (write)
		map[at + 0x800] &= keep;
}

static void vmx_set_tsc_offset(struct vcpu *v, uint64_t offset)
{
	vmx_open(v);
	vmwrite(VMCS_TSC_OFFSET, offset);
	vmx_close(v);
}

static void vmx_log_exit(struct vcpu *v)
{
	vmx_open(v);
	log_err("  exit %#lx, qualification %#lx, event %#lx, interrupted event %#lx, to be injected %#x",
		vmread(VMCS_EXIT_REASON), vmread(VMCS_QUALIFICATION), vmread(VMCS_EXIT_EVENT),
		vmread(VMCS_IDT_EVENT), v->hvm.event);
	log_err("  controls %#lx %#lx, shadow %#x, activity %lu, EPT %#lx, VM instruction error %lu",
		vmread(VMCS_CPU_CONTROLS), vmread(VMCS_ENTRY_CONTROLS), v->hvm.shadow,
		vmread(VMCS_GUEST_ACTIVITY), vmread(VMCS_EPT_POINTER),
		vmread(VMCS_INSTRUCTION_ERROR));
	vmx_close(v);
}

const struct hvm_ops vmx_ops = {
	.name = "Intel VT-x",
	.cpu_enable = vmx_cpu_enable,
	.vcpu_size = sizeof(struct vmx_vcpu),
	.vcpu_init = vmx_vcpu_init,
	.switch_in = vmx_switch_in,
	.switch_out = vmx_switch_out,
	.run = vmx_run,
	.get_state = vmx_get_state,
	.set_state = vmx_set_state,
	.get_cr3 = vmx_get_cr3,
	.get_cpl = vmx_get_cpl,
	.get_mode = vmx_get_mode,
	.set_tsc_offset = vmx_set_tsc_offset,
	.log_exit = vmx_log_exit,
	.io_map_order = 1,
	.msr_map_order = 1, /* apicv.c: x2APIC mode's */
	.msr_pass = vmx_msr_pass,
	.p2m_format = &ept_format,
};
