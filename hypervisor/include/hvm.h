// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hardware-assisted domains: the neutral state of a virtual CPU, the neutral exit record, and the
 * one table that a vendor (hvm/svm, hvm/vmx) fills. Only those two folders know a VMCB or a VMCS.
 */
#ifndef SOCLE_HVM_H
#define SOCLE_HVM_H

#include "emulate.h"
#include "ioreq.h"
#include "spinlock.h"
#include "types.h"
#include "vlapic.h"

struct vcpu;
struct domain;
struct vioapic;
struct vpci_guest;

#define VPCI_SLOTS 16u

/* Segment attributes as the VMCB packs them (APM vol. 2, 4.7): type, S, DPL, P, AVL, L, D/B, G. */
struct hvm_segment {
	uint16_t selector;
	uint16_t attributes; /* 12 bits */
	uint32_t limit;      /* in bytes */
	uint64_t base;
};

enum hvm_segment_index {
	SEG_ES,
	SEG_CS,
	SEG_SS,
	SEG_DS,
	SEG_FS,
	SEG_GS,
	SEG_GDTR,
	SEG_LDTR,
	SEG_IDTR,
	SEG_TR,
	SEG_COUNT
};

/* Everything of a virtual CPU that the vendor's control block keeps, besides cpu_regs. */
struct hvm_state {
	struct hvm_segment seg[SEG_COUNT];
	uint64_t cr0, cr2, cr3, cr4, efer, dr[4], dr6, dr7;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip, pat;
};

/*
 * An event on its way in, as the VMCB, the VMCS and saved states have it (APM vol. 2, 15.20; SDM
 * vol. 3, 25.8.3).
 */
#define EVENT_VECTOR      0xffu
#define EVENT_TYPE        (7u << 8)
#define EVENT_INTR        (0u << 8)
#define EVENT_NMI         (2u << 8)
#define EVENT_EXCEPTION   (3u << 8)
#define EVENT_SOFT_INTR   (4u << 8)
#define EVENT_ERROR_VALID (1u << 11)
#define EVENT_VALID       (1u << 31)

/* What holds interrupts or NMIs off, as the VMCS has it (SDM vol. 3, 25.4.2). */
#define SHADOW_STI    (1u << 0)
#define SHADOW_MOV_SS (1u << 1)
#define SHADOW_NMI    (1u << 3)

#define EXCEPTION_DB  1u
#define EXCEPTION_BP  3u
#define EXCEPTION_OF  4u
#define EXCEPTION_UD  6u
#define EXCEPTION_DF  8u
#define EXCEPTION_TS  10u
#define EXCEPTION_NP  11u
#define EXCEPTION_SS  12u
#define EXCEPTION_GP  13u
#define EXCEPTION_PF  14u
#define EXCEPTION_AC  17u
#define EXCEPTION_MC  18u

#define PAT_POWER_ON  0x0007040600070406UL

/* What ends a guest's turn, with its name in logs. */
#define FOR_EACH_VMEXIT_REASON(X)                                                                  \
	X(FAILED, "failed")     /* not known, or the vendor refused the state: crash the domain */ \
	X(NOTHING, "interrupt") /* dealt with by the vendor's code (host interrupt taken) */       \
	X(CPUID, "cpuid")                                                                          \
	X(HLT, "hlt")                                                                              \
	X(IO, "io")                                                                                \
	X(MSR, "msr")                                                                              \
	X(HYPERCALL, "hypercall")                                                                  \
	X(NESTED_FAULT, "fault")                                                                   \
	X(SHUTDOWN, "shutdown") /* triple fault */                                                 \
	X(XSETBV, "xsetbv")                                                                        \
	X(CR, "cr") /* VT-x only, whose code has dealt with it */                                  \
	X(WBINVD, "wbinvd")                                                                        \
	X(INTR_WINDOW, "window")  /* the guest can take an interrupt now */                        \
	X(UNDEFINED, "undefined") /* an instruction that is not offered: #UD */                    \
	X(MACHINE_CHECK, "machine check")                                                          \
	X(TASK_SWITCH, "task switch") /* VT-x only, which leaves it to be emulated */

enum vmexit_reason {
#define REASON(name, text) VMEXIT_##name,
	FOR_EACH_VMEXIT_REASON(REASON)
#undef REASON
		VMEXIT_REASONS
};

struct vmexit {
	enum vmexit_reason reason;
	bool took_interrupt; /* the one that was offered has been delivered */
	uint64_t code;       /* the vendor's own number, for counting and messages */
	uint8_t length;      /* of the instruction; 0 when it must be decoded */
	union {
		struct {
			uint16_t port;
			uint8_t size; /* 1, 2, 4 */
			bool in, string, rep;
		} io;
		struct {
			bool write;
		} msr;
		struct {
			gpaddr_t gpa;
			bool write, fetch, present; /* present: a permission fault */
			const uint8_t *insn;        /* INSN_MAX bytes at rip, or NULL */
		} fault;
	};
};

/* An instruction that a device model serves. Read by v's CPU; `server` under hvm.ioreq_lock. */
struct ioreq_vcpu {
	struct vmexit exit; /* of that instruction */
	bool again;         /* handle it again before the guest is entered */
	unsigned step;      /* accesses that it has come past, this time */
	unsigned answers;   /* of those made so far */
	uint64_t answer[2];
	struct ioreq_server *server; /* that is to answer; NULL: none */
};

struct hvm_vcpu {
	struct cpu_regs regs;
	struct vlapic vlapic;
	void *vendor;  /* struct svm_vcpu or vmx_vcpu */
	void *control; /* VMCB or VMCS: one heap page */
	void *xsave;   /* one aligned area, CPUID's size; FXSAVE layout without XSAVE */
	uint64_t xcr0;
	uint64_t tsc_aux;
	uint64_t tsc_offset; /* guest TSC = host TSC + this */
	/* kept for the guest; nested paging ignores them */
	uint64_t mtrr_def, mtrr_fixed[11], mtrr_var[16];
	uint64_t p2m_generation;     /* see struct p2m */
	uint32_t event, event_error; /* EVENT_*: what the next entry delivers first */
	uint32_t shadow;             /* SHADOW_* */
	bool nmi_pending;
	/* the address space number: where it is valid, and until when (hvm/asid.c) */
	uint32_t asid, asid_cpu;
	uint64_t asid_generation;
	bool call_is_32bit; /* the hypercall under way came from 32-bit mode */
	int offered;        /* the vector to deliver as soon as the guest is open for it, or -1 */
	bool offered_by_vlapic; /* else the upcall, which the guest may have cleared by then */
	uint8_t upcall_vector;  /* HVMOP_set_evtchn_upcall_vector; 0: the domain's callback */
	struct ioreq_vcpu ioreq;
	/* counted on its own CPU; shown by debug keys and on destroy */
	uint64_t exits[VMEXIT_REASONS];
};

struct hvm_domain {
	uint8_t callback_vector; /* HVM_PARAM_CALLBACK_IRQ of type vector; 0 if unset */
	struct vioapic *vioapic[8];
	unsigned nr_vioapics;
	void *io_bitmap; /* permission maps of the vendor's layout */
	void *msr_bitmap;
	struct cpuid_policy *cpuid;
	struct spinlock ioreq_lock;
	struct ioreq_server *ioreq_server[IOREQ_SERVERS];
	uint32_t pci_address; /* port 0xcf8; the domain's own lock orders its uses */
	bool has_pci;         /* a guest that was given a device once; never cleared */
	struct spinlock pci_lock;
	struct vpci_guest *pci[VPCI_SLOTS]; /* its devices, in slot 1 and up; pci_lock */
};

struct hvm_ops {
	const char *name;
	/* Turns the extension on for this CPU; a message and -ENODEV if it lacks something. */
	int (*cpu_enable)(void);
	size_t vcpu_size; /* of v->hvm.vendor, which is there and 0, as the control block is */
	void (*vcpu_init)(struct vcpu *v);
	/* State that the CPU keeps outside the control block, on a change of vCPU. */
	void (*switch_in)(struct vcpu *v);
	void (*switch_out)(struct vcpu *v);
	/*
	 * Enters the guest with regs, event, shadow, nmi_pending and offered of v->hvm, returns
	 * after the next exit. Interrupts off around it.
	 */
	void (*run)(struct vcpu *v, struct vmexit *exit);
	/* v is paused, or the current one. */
	void (*get_state)(struct vcpu *v, struct hvm_state *s);
	void (*set_state)(struct vcpu *v, const struct hvm_state *s);
	uint64_t (*get_cr3)(struct vcpu *v, uint64_t *cr0, uint64_t *cr4, uint64_t *efer);
	unsigned (*get_cpl)(struct vcpu *v);
	enum cpu_mode (*get_mode)(struct vcpu *v, uint64_t *cs_base);
	void (*set_tsc_offset)(struct vcpu *v, uint64_t offset);
	/* The last exit and the next entry, as the control block has them, to the log. */
	void (*log_exit)(struct vcpu *v);
	/* Permission maps: a set bit makes the access exit. Their sizes as orders of pages. */
	uint8_t io_map_order, msr_map_order;
	void (*msr_pass)(uint8_t *map, uint32_t msr, bool write); /* reads, and writes if so */
	/* Nested page-table entries. */
	const struct p2m_format *p2m_format;
};

extern const struct hvm_ops *hvm; /* chosen at boot */

/* Common code over it (hvm/hvm.c, hvm/exit.c). */
int hvm_domain_init(struct domain *d);
void hvm_domain_destroy(struct domain *d);
int hvm_vcpu_init(struct vcpu *v);
void hvm_vcpu_destroy(struct vcpu *v);
void hvm_handle_exit(struct vcpu *v, const struct vmexit *e);
/* The exit whose instruction waited for a device model, if there is one. */
bool hvm_handle_again(struct vcpu *v);
/* What handles e cannot go on: it is handled again when the vCPU runs again. */
void hvm_handle_later(struct vcpu *v, const struct vmexit *e);
/* Before entry: the most urgent pending interrupt is offered. */
void hvm_offer_interrupt(struct vcpu *v);
/* Enters the guest; returns after the next exit, with what was offered delivered or pending. */
void hvm_run(struct vcpu *v, struct vmexit *e);
/* Anything that would end a HLT: upcall, local APIC vector, NMI. */
bool hvm_has_pending(struct vcpu *v);
/* An NMI or an exception that the guest takes when it is entered next (hvm/inject.c). */
void hvm_inject(struct vcpu *v, uint8_t vector, bool has_error, uint32_t error);
void hvm_inject_gp(struct vcpu *v);
void hvm_inject_ud(struct vcpu *v);
/* error: PAGE_FAULT_*, guest_walk.h. */
void hvm_inject_pf(struct vcpu *v, uint64_t linear, uint32_t error);
/*
 * What of an event whose delivery an exit cut short is to be delivered again; 0: nothing, its
 * instruction runs again.
 */
uint32_t hvm_interrupted_event(uint32_t info);
/* The event channel code raised the upcall flag of v. */
void hvm_assert_upcall(struct vcpu *v);

/* The state of the current vCPU, or of one that is paused, to the log (hvm/state_log.c). */
void hvm_log_state(struct vcpu *v);

/* The bytes at rip, up to INSN_MAX or the end of what is mapped; returns how many. */
unsigned hvm_fetch_instruction(struct vcpu *v, uint8_t bytes[INSN_MAX]);
/* rip moves on by this much: the instruction is done. */
void hvm_skip(struct vcpu *v, unsigned length);
/* The same, with rip moved by the caller: interrupt shadow and single step are over. */
void hvm_skipped(struct vcpu *v);
/* Power-on (INIT) state of the registers, in real mode at the given start-up vector. */
void hvm_reset_state(struct vcpu *v, uint8_t sipi_vector);
/* RDMSR and WRMSR by the guest; false: #GP. (hvm/msr.c) */
bool hvm_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
bool hvm_msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
/* A memory type in each byte: UC, WC, WT, WP, WB; in PAT UC- too (hvm/context_check.c). */
enum { MEMORY_TYPE_MTRR = 6, MEMORY_TYPE_PAT = 7 };
bool hvm_memory_types_valid(uint64_t types, unsigned last);
/* The permission maps of a domain: -ENOMEM, destroy what there is then (hvm/maps.c). */
int hvm_maps_create(struct domain *d);
void hvm_maps_destroy(struct domain *d);
/*
 * Address space numbers, which tag a CPU's translations (hvm/asid.c). v's is this CPU's, and no
 * other vCPU has had it since the last full flush.
 */
bool hvm_asid_is_valid(const struct vcpu *v);
/* A new one below limit. True: they begin again, all translations must be flushed. */
bool hvm_asid_take(struct vcpu *v, uint32_t limit);
/* The next entry takes a new one: translations of the guest's own have another meaning now. */
void hvm_asid_forget(struct vcpu *v);
/* Port access that exited (hvm/io.c); nested page fault (hvm/mmio.c). */
void hvm_handle_io(struct vcpu *v, const struct vmexit *e);
void hvm_handle_nested_fault(struct vcpu *v, const struct vmexit *e);

#endif
