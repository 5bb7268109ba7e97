// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's arch-x86/cpuid.h: the CPUID leaves by which a guest recognises the interface. They
 * start at the first free multiple of 0x100 from XEN_CPUID_FIRST_LEAF on.
 *
 * base+0: eax the highest leaf; ebx, ecx, edx the signature "XenVMMXenVMM".
 * base+1: eax version, major in the upper half.
 * base+2: eax hypercall pages (1), ebx the MSR to write their address to, ecx feature bits.
 * base+3: time. Subleaf 0: eax TSC flags, ebx TSC mode, ecx guest kHz, edx incarnation;
 *         1: eax, ebx TSC offset, ecx, edx multiplier and shift of the PV clock; 2: eax host kHz.
 * base+4: HVM and PVH. Subleaf 0: eax feature bits, ebx vCPU id, ecx domain id.
 * base+5: PV. Subleaf 0: ebx bits 0-7 width of machine addresses.
 */
#ifndef ABI_CPUID_H
#define ABI_CPUID_H

#define XEN_CPUID_FIRST_LEAF                      0x40000000
#define XEN_CPUID_LEAF(i)                         (XEN_CPUID_FIRST_LEAF + (i))
#define XEN_CPUID_MAX_NUM_LEAVES                  5

#define XEN_CPUID_SIGNATURE_EBX                   0x566e6558
#define XEN_CPUID_SIGNATURE_ECX                   0x65584d4d
#define XEN_CPUID_SIGNATURE_EDX                   0x4d4d566e

#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD (1U << 0)

#define XEN_CPUID_TSC_EMULATED                    (1U << 0)
#define XEN_CPUID_HOST_TSC_RELIABLE               (1U << 1)
#define XEN_CPUID_RDTSCP_INSTR_AVAIL              (1U << 2)

#define XEN_CPUID_TSC_MODE_DEFAULT                0
#define XEN_CPUID_TSC_MODE_ALWAYS_EMULATE         1U
#define XEN_CPUID_TSC_MODE_NEVER_EMULATE          2U
#define XEN_CPUID_TSC_MODE_PVRDTSCP               3U

#define XEN_HVM_CPUID_APIC_ACCESS_VIRT            (1U << 0)
#define XEN_HVM_CPUID_X2APIC_VIRT                 (1U << 1)
/* foreign pages are in the IOMMU's tables too */
#define XEN_HVM_CPUID_IOMMU_MAPPINGS  (1U << 2)
#define XEN_HVM_CPUID_VCPU_ID_PRESENT (1U << 3)
#define XEN_HVM_CPUID_DOMID_PRESENT   (1U << 4)
/* 15-bit destinations in MSI and IO-APIC entries */
#define XEN_HVM_CPUID_EXT_DEST_ID (1U << 5)
/* per-vCPU upcalls work with bound physical interrupts */
#define XEN_HVM_CPUID_UPCALL_VECTOR          (1U << 6)

#define XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK (0xffU << 0)

#endif
