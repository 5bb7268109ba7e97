// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VT-x without a VMCS: which controls a CPU takes, segments there and back, EPT entries as the
 * manual has them, and what becomes of an exit's numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "hvm/vmx/pure.h"

/* --- controls --------------------------------------------------------------------------------- */

#define CAPABILITY(must, may) ((uint64_t)(may) << 32 | (must))

static void controls_needed_and_forced_are_set(void **state)
{
	const struct vmx_control c = { .needed = 0x9, .wanted = 0x6 };
	uint32_t value, lacking;

	assert_true(vmx_control_choose(&c, CAPABILITY(0x100, 0xffff), &value, &lacking));
	assert_int_equal(value, 0x10f);
	assert_int_equal(lacking, 0);
}

static void controls_wanted_are_left_out(void **state)
{
	const struct vmx_control c = { .needed = 0x9, .wanted = 0x6 };
	uint32_t value, lacking;

	assert_true(vmx_control_choose(&c, CAPABILITY(0, 0xd), &value, &lacking));
	assert_int_equal(value, 0xd);
}

static void controls_needed_and_missing(void **state)
{
	const struct vmx_control c = { .needed = 0x9 };
	uint32_t value, lacking;

	assert_false(vmx_control_choose(&c, CAPABILITY(0, 0x7), &value, &lacking));
	assert_int_equal(lacking, 0x8);
}

static void controls_refused_and_forced(void **state)
{
	const struct vmx_control c = { .needed = 1, .refused = 0x8000 };
	uint32_t value, lacking;

	assert_false(vmx_control_choose(&c, CAPABILITY(0x8000, ~0u), &value, &lacking));
	assert_int_equal(lacking, 0x8000);
	assert_true(vmx_control_choose(&c, CAPABILITY(0, ~0u), &value, &lacking));
	assert_int_equal(value, 1);
}

/* --- segments --------------------------------------------------------------------------------- */

static void segments_of_a_64_bit_kernel(void **state)
{
	assert_int_equal(vmx_rights_from(VMX_CS, 0xa9b), 0xa09b);
	assert_int_equal(vmx_rights_from(VMX_DS, 0xc93), 0xc093);
	assert_int_equal(vmx_rights_from(VMX_LDTR, 0x082), 0x82);
	assert_int_equal(vmx_rights_to(0xa09b), 0xa9b);
	assert_int_equal(vmx_rights_to(0xc093), 0xc93);
	assert_int_equal(vmx_rights_to(0x8b), 0x8b);
}

/* A null selector in SS at CPL 3: not usable, and the DPL is still the CPL. */
static void segment_that_is_not_there(void **state)
{
	uint32_t rights = vmx_rights_from(VMX_SS, 3 << 5);

	assert_int_equal(rights, RIGHTS_UNUSABLE | 3 << 5);
	assert_int_equal(vmx_rights_to(rights), 3 << 5);
	assert_int_equal(vmx_rights_to(RIGHTS_UNUSABLE | 0xc0f3), 0xc73);
	assert_int_equal(vmx_rights_from(VMX_LDTR, 0), RIGHTS_UNUSABLE);
}

/* An entry refuses a task register that is absent or not busy, and segments never accessed. */
static void segments_as_an_entry_wants_them(void **state)
{
	assert_int_equal(vmx_rights_from(VMX_TR, 0), 0x8b);
	assert_int_equal(vmx_rights_from(VMX_TR, 0x089), 0x8b);
	assert_int_equal(vmx_rights_from(VMX_TR, 0x081), 0x83);
	assert_int_equal(vmx_rights_from(VMX_CS, 0xc9a), 0xc09b);
	assert_int_equal(vmx_rights_from(VMX_ES, 0xc92), 0xc093);
}

/* --- EPT -------------------------------------------------------------------------------------- */

static void ept_entries(void **state)
{
	struct p2m_format f;

	ept_format_choose(&f, EPT_CAP_2M);
	assert_int_equal(f.leaf[P2M_INVALID], 0);
	assert_int_equal(f.leaf[P2M_RAM_RW], 0x37);     /* write-back, RWX */
	assert_int_equal(f.leaf[P2M_RAM_RO], 0x35);     /* write-back, R-X */
	assert_int_equal(f.leaf[P2M_MMIO_DIRECT], 0x7); /* uncached, RWX */
	assert_int_equal(f.leaf[P2M_MMIO_RO] & EPT_WRITE, 0);
	assert_int_equal(f.leaf[P2M_FOREIGN], 0x33); /* no code of others */
	assert_int_equal(f.leaf[P2M_GRANT_RW], 0x33);
	assert_int_equal(f.leaf[P2M_GRANT_RO], 0x31);
	assert_int_equal(f.table, 7);
	assert_int_equal(f.large, 0x80);
	assert_false(f.has_1g);
	ept_format_choose(&f, EPT_CAP_2M | EPT_CAP_1G);
	assert_true(f.has_1g);
}

/* Write without read is a configuration that faults for ever. */
static void ept_entries_can_be_read(void **state)
{
	struct p2m_format f;

	ept_format_choose(&f, 0);
	for (unsigned i = P2M_RAM_RW; i < P2M_TYPES; i++)
		assert_true(f.leaf[i] & EPT_READ);
}

static void ept_pointer_has_walk_and_type(void **state)
{
	assert_int_equal(ept_pointer(MFN(0x12345)), 0x1234501e);
}

/* --- exits ------------------------------------------------------------------------------------ */

static struct vmexit decode(struct vmx_exit_info i)
{
	struct vmexit e;

	memset(&e, 0xa5, sizeof(e));
	vmx_decode_exit(&i, &e);
	assert_int_equal(e.code, i.reason);
	return e;
}

static void exit_of_an_instruction_has_its_length(void **state)
{
	struct vmexit e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_CPUID, .length = 2 });

	assert_int_equal(e.reason, VMEXIT_CPUID);
	assert_int_equal(e.length, 2);
	e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_VMCALL, .length = 3 });
	assert_int_equal(e.reason, VMEXIT_HYPERCALL);
	assert_int_equal(e.length, 3);
	/* What is left in the field is not this exit's. */
	e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_INTR, .length = 7 });
	assert_int_equal(e.reason, VMEXIT_NOTHING);
	assert_int_equal(e.length, 0);
}

static void exit_of_port_access(void **state)
{
	/* REP INSW from port 0x1f0 */
	struct vmexit e = decode((struct vmx_exit_info){
		.reason = VMX_EXIT_IO,
		.qualification = 0x1f0UL << 16 | 1 | 8 | 16 | 32,
		.length = 3,
	});

	assert_int_equal(e.reason, VMEXIT_IO);
	assert_int_equal(e.io.port, 0x1f0);
	assert_int_equal(e.io.size, 2);
	assert_true(e.io.in && e.io.string && e.io.rep);
	/* OUT DX, EAX */
	e = decode((struct vmx_exit_info){
		.reason = VMX_EXIT_IO, .qualification = 0xcf8UL << 16 | 3, .length = 1 });
	assert_int_equal(e.io.port, 0xcf8);
	assert_int_equal(e.io.size, 4);
	assert_false(e.io.in || e.io.string || e.io.rep);
	assert_int_equal(e.length, 1);
}

static void exit_of_msr_access(void **state)
{
	struct vmexit e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_RDMSR, .length = 2 });

	assert_int_equal(e.reason, VMEXIT_MSR);
	assert_false(e.msr.write);
	e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_WRMSR, .length = 2 });
	assert_true(e.msr.write);
}

static void exit_of_ept_fault(void **state)
{
	struct vmexit e = decode((struct vmx_exit_info){
		.reason = VMX_EXIT_EPT_FAULT, .qualification = 2, .gpa = 0xfee00300, .length = 5 });

	assert_int_equal(e.reason, VMEXIT_NESTED_FAULT);
	assert_int_equal(e.fault.gpa, 0xfee00300);
	assert_true(e.fault.write);
	assert_false(e.fault.fetch || e.fault.present);
	assert_int_equal(e.length, 0);
	e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_EPT_FAULT, .qualification = 4 | 8 });
	assert_true(e.fault.fetch && e.fault.present);
	assert_false(e.fault.write);
}

static void exit_of_exceptions(void **state)
{
	struct vmx_exit_info i = { .reason = VMX_EXIT_EXCEPTION };

	i.event = EVENT_VALID | EVENT_NMI | 2;
	assert_int_equal(decode(i).reason, VMEXIT_NOTHING);
	i.event = EVENT_VALID | EVENT_EXCEPTION | EXCEPTION_DB;
	assert_int_equal(decode(i).reason, VMEXIT_NOTHING);
	i.event = EVENT_VALID | EVENT_EXCEPTION | EXCEPTION_MC;
	assert_int_equal(decode(i).reason, VMEXIT_MACHINE_CHECK);
	i.event = EVENT_VALID | EVENT_EXCEPTION | 14;
	assert_int_equal(decode(i).reason, VMEXIT_FAILED);
}

static void exit_of_vmx_instructions(void **state)
{
	static const uint32_t undefined[] = { VMX_EXIT_VMCLEAR, 23,
					      VMX_EXIT_VMXON,   VMX_EXIT_INVEPT,
					      VMX_EXIT_INVVPID, VMX_EXIT_MWAIT,
					      VMX_EXIT_MONITOR, VMX_EXIT_RDPMC,
					      VMX_EXIT_GETSEC,  VMX_EXIT_SEAMCALL,
					      VMX_EXIT_TDCALL };

	for (unsigned i = 0; i < ARRAY_SIZE(undefined); i++)
		assert_int_equal(decode((struct vmx_exit_info){ .reason = undefined[i] }).reason,
				 VMEXIT_UNDEFINED);
}

static void exit_of_a_task_switch(void **state)
{
	struct vmexit e = decode((struct vmx_exit_info){ .reason = VMX_EXIT_TASK_SWITCH });

	assert_int_equal(e.reason, VMEXIT_TASK_SWITCH);
}

static void exit_that_nobody_knows(void **state)
{
	static const uint32_t failed[] = {
		VMX_EXIT_EPT_MISCONFIGURED,         35, 63, 75, 78, 0xffff, EXIT_REASON_FAILED | 33,
		EXIT_REASON_FAILED | VMX_EXIT_CPUID
	};

	for (unsigned i = 0; i < ARRAY_SIZE(failed); i++)
		assert_int_equal(decode((struct vmx_exit_info){ .reason = failed[i] }).reason,
				 VMEXIT_FAILED);
	assert_int_equal(decode((struct vmx_exit_info){ .reason = EXIT_REASON_FAILED |
								  VMX_EXIT_MACHINE_CHECK })
				 .reason,
			 VMEXIT_MACHINE_CHECK);
}

static void iret_that_faulted(void **state)
{
	struct vmx_exit_info i = { .reason = VMX_EXIT_EPT_FAULT, .qualification = 1u << 12 };

	assert_true(vmx_iret_faulted(&i));
	/* The bit is undefined when the fault came in the delivery of an INT n. */
	i.idt_event = EVENT_VALID | EVENT_SOFT_INTR | 0x80;
	assert_false(vmx_iret_faulted(&i));
	i = (struct vmx_exit_info){ .reason = VMX_EXIT_EXCEPTION,
				    .event = EVENT_VALID | EVENT_EXCEPTION | EVENT_NMI_UNBLOCKED };
	i.event |= EXCEPTION_AC;
	assert_true(vmx_iret_faulted(&i));
	i.event = (i.event & ~EVENT_VECTOR) | EXCEPTION_DF;
	assert_false(vmx_iret_faulted(&i));
	/* Another exit's qualification has another meaning. */
	i = (struct vmx_exit_info){ .reason = VMX_EXIT_IO, .qualification = ~0UL };
	assert_false(vmx_iret_faulted(&i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_needed_and_forced_are_set),
		cmocka_unit_test(controls_wanted_are_left_out),
		cmocka_unit_test(controls_needed_and_missing),
		cmocka_unit_test(controls_refused_and_forced),
		cmocka_unit_test(segments_of_a_64_bit_kernel),
		cmocka_unit_test(segment_that_is_not_there),
		cmocka_unit_test(segments_as_an_entry_wants_them),
		cmocka_unit_test(ept_entries),
		cmocka_unit_test(ept_entries_can_be_read),
		cmocka_unit_test(ept_pointer_has_walk_and_type),
		cmocka_unit_test(exit_of_an_instruction_has_its_length),
		cmocka_unit_test(exit_of_port_access),
		cmocka_unit_test(exit_of_msr_access),
		cmocka_unit_test(exit_of_ept_fault),
		cmocka_unit_test(exit_of_exceptions),
		cmocka_unit_test(exit_of_vmx_instructions),
		cmocka_unit_test(exit_of_a_task_switch),
		cmocka_unit_test(exit_that_nobody_knows),
		cmocka_unit_test(iret_that_faulted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
