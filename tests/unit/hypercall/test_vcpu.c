// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a vCPU asks for itself: timers, areas where it is told things, another vCPU started; and
 * what it writes to the console.
 */
#include "fake_vcpus.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "guest_access.h"
#include "hypercall.h"
#include "wallclock.h"

/* --- timers ----------------------------------------------------------------------------------- */

static void test_timers(void **state)
{
	assert_int_equal(do_set_timer_op(50000), 0);
	assert_int_equal(v->singleshot.expires, 50000);
	fire(&v->singleshot);
	assert_int_equal(virqs, 1);
	assert_int_equal(do_set_timer_op(0), 0);
	assert_int_equal(v->singleshot.expires, TIME_NEVER);

	assert_int_equal(do_vcpu_op(VCPUOP_set_singleshot_timer, 0,
				    ARG((struct vcpu_set_singleshot_timer){ 99999, 0 })),
			 0);
	assert_int_equal(v->singleshot.expires, 99999);
	assert_int_equal(
		do_vcpu_op(VCPUOP_set_singleshot_timer, 0,
			   ARG((struct vcpu_set_singleshot_timer){ 1, VCPU_SSHOTTMR_future })),
		0);
	assert_int_equal(v->singleshot.expires, 1); /* at once */
	assert_int_equal(do_vcpu_op(VCPUOP_set_singleshot_timer, 1,
				    ARG((struct vcpu_set_singleshot_timer){ 99999, 0 })),
			 -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_stop_singleshot_timer, 1, 0), -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);

	assert_int_equal(do_vcpu_op(VCPUOP_set_periodic_timer, 0,
				    ARG((struct vcpu_set_periodic_timer){ 999999 })),
			 -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_set_periodic_timer, 0,
				    ARG((struct vcpu_set_periodic_timer){ ~0ul })),
			 -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_set_periodic_timer, 0,
				    ARG((struct vcpu_set_periodic_timer){ MS(10) })),
			 0);
	assert_int_equal(v->periodic.expires, 12345 + MS(10));
	fire(&v->periodic);
	assert_int_equal(v->periodic.expires, 12345 + MS(20));
	assert_int_equal(virqs, 2);
	assert_int_equal(do_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);
	assert_int_equal(v->periodic.expires, TIME_NEVER);
	/* It was firing on another CPU meanwhile: not again, and above all not at once. */
	fire(&v->periodic);
	assert_int_equal(v->periodic.expires, TIME_NEVER);
	assert_int_equal(virqs, 2);
}

/* --- areas ------------------------------------------------------------------------------------ */

static long register_info(unsigned id, uint64_t gfn, uint32_t offset)
{
	return do_vcpu_op(VCPUOP_register_vcpu_info, id,
			  ARG((struct vcpu_register_vcpu_info){ .mfn = gfn, .offset = offset }));
}

static void test_vcpu_info_moves_once(void **state)
{
	struct vcpu_info *there;

	give_ram(guest, 40, 0);
	v->info->evtchn_upcall_pending = 1;
	assert_int_equal(register_info(0, 41, 0), -EINVAL); /* nothing there */
	assert_int_equal(register_info(0, ~0ul, 0), -EINVAL);
	assert_int_equal(register_info(0, 40, 4096 - 56), -ENXIO);
	assert_int_equal(register_info(0, 40, 4), -ENXIO);
	assert_int_equal(register_info(0, 40, ~0u - 7), -ENXIO);
	assert_int_equal(refs_of(mfn_at(guest, 40)), 1);
	assert_int_equal(register_info(0, 40, 4096 - 64), 0);
	there = (struct vcpu_info *)((char *)mfn_to_virt(MFN(mfn_at(guest, 40))) + 4096 - 64);
	assert_ptr_equal(v->info, there);
	assert_int_equal(there->evtchn_upcall_pending, 1);
	assert_int_equal(moved, 1);
	assert_int_equal(refs_of(mfn_at(guest, 40)), 2);
	assert_int_equal(register_info(0, 40, 0), -EBUSY);
	assert_int_equal(refs_of(mfn_at(guest, 40)), 2);
	/* Another's, only while it is down. */
	assert_int_equal(register_info(1, 40, 0), 0);
	second->pause_flags = 0;
	guest_frame_unmap(second->info_page);
	second->info_page = NULL;
	assert_int_equal(register_info(1, 40, 64), -EINVAL);
	assert_int_equal(register_info(2, 40, 64), -ENOENT);
}

static void test_time_and_runstate_areas(void **state)
{
	struct vcpu_runstate_info r;

	v->runstate.state = 0;
	v->runstate.state_entry_time = 10000;
	v->runstate.time[0] = 5;
	assert_int_equal(do_vcpu_op(VCPUOP_get_runstate_info, 0, MEMORY + 4096), 0);
	memcpy(&r, memory + 4096, sizeof(r));
	assert_int_equal(r.time[0], 5 + 2345); /* up to now */
	assert_int_equal(do_vcpu_op(VCPUOP_get_runstate_info, 0, 0), -EFAULT);

	assert_int_equal(
		do_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
			   ARG((struct vcpu_register_runstate_memory_area){ { MEMORY + 8192 } })),
		0);
	assert_int_equal(v->runstate_area.at, MEMORY + 8192);
	assert_int_equal(do_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
				    ARG((struct vcpu_register_runstate_memory_area){ { 123 } })),
			 -EFAULT);
	assert_int_equal(v->runstate_area.at, MEMORY + 8192);
	assert_int_equal(
		do_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
			   ARG((struct vcpu_register_time_memory_area){ { MEMORY + 8192 } })),
		0);
	assert_int_equal(publishes, 1);
	assert_int_equal(do_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
				    ARG((struct vcpu_register_time_memory_area){ { 123 } })),
			 -EFAULT);
	assert_int_equal(do_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
				    ARG((struct vcpu_register_time_memory_area){ { 0 } })),
			 0);
	assert_int_equal(v->time_area.at, 0);
}

/* A caller in 32-bit mode has no gap behind the state; a raised flag comes down again. */
static void test_runstate_in_both_forms(void **state)
{
	const struct vcpu_runstate_info now = { 2, 0x1122334455667788, { 1, 2, 3, 4 } };
	const size_t from_entry = offsetof(struct vcpu_runstate_info, state_entry_time);
	uint8_t expected[64];

	for (unsigned way = 0; way < 4; way++) {
		size_t entry = way & 1 ? sizeof(now.state) : from_entry;

		v->runstate_area = (struct guest_area){ .at = MEMORY + 8192, .is_32bit = way & 1 };
		guest->runstate_update_flag = way & 2;
		v->runstate = now;
		memset(memory + 8192, 0xee, sizeof(expected));
		vcpu_publish_runstate(v);
		memset(expected, 0xee, sizeof(expected));
		memset(expected, 0, entry);
		memcpy(expected, &now.state, sizeof(now.state));
		memcpy(expected + entry, &now.state_entry_time, sizeof(now) - from_entry);
		assert_memory_equal(memory + 8192, expected, sizeof(expected));
	}
	guest->runstate_update_flag = false;
	v->runstate_area.at = 0;
}

static long area_physical(unsigned op, uint64_t at)
{
	return do_vcpu_op(op, 0, ARG(at));
}

static void test_areas_by_physical_address(void **state)
{
	const unsigned runstate = VCPUOP_register_runstate_phys_area,
		       time = VCPUOP_register_vcpu_time_phys_area;
	const uint64_t page = MEMORY + 8192;
	unsigned before = publishes;

	assert_int_equal(area_physical(runstate, page + 8), 0);
	assert_true(v->runstate_area.at == page + 8 && v->runstate_area.physical);
	assert_int_equal(area_physical(time, page + PAGE_SIZE - 32), 0);
	assert_true(v->time_area.at == page + PAGE_SIZE - 32 && v->time_area.physical);
	assert_int_equal(publishes, before + 1);
	/* Not across the end of a page, not askew, not where nothing is; what there was stays. */
	assert_int_equal(area_physical(time, page + PAGE_SIZE - 24), -ENXIO);
	assert_int_equal(area_physical(runstate, page + PAGE_SIZE - 40), -ENXIO);
	assert_int_equal(area_physical(runstate, page + 4), -ENXIO);
	assert_int_equal(area_physical(time, 0), -ENXIO);
	assert_int_equal(area_physical(time, 4096), -EINVAL);
	assert_true(v->runstate_area.at == page + 8 && v->time_area.at == page + PAGE_SIZE - 32);
	assert_int_equal(do_vcpu_op(time, 0, 0), -EFAULT);
	assert_int_equal(area_physical(runstate, ~0UL), 0);
	assert_int_equal(area_physical(time, ~0UL), 0);
	assert_true(!v->runstate_area.at && !v->time_area.at);
	assert_int_equal(
		do_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
			   ARG((struct vcpu_register_runstate_memory_area){ { MEMORY + 8192 } })),
		0);
	assert_false(v->runstate_area.physical);
}

/* --- other vCPUs ------------------------------------------------------------------------------ */

static void test_a_vcpu_is_started(void **state)
{
	struct vcpu_hvm_context c = { .mode = VCPU_HVM_MODE_64B };

	assert_int_equal(do_vcpu_op(VCPUOP_up, 1, 0), -EINVAL); /* no state yet */
	c.cpu_regs.x86_64.rip = 0x1000;
	c.cpu_regs.x86_64.cr0 = 0xbad;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	assert_false(second->initialised);
	c.cpu_regs.x86_64.cr0 = 0x80000011;
	c.cpu_regs.x86_64.efer = 0x500;
	c.pad = 1;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	c.pad = 0;
	c.mode = 2;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	c.mode = VCPU_HVM_MODE_64B;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), 0);
	assert_int_equal(second->hvm.regs.rip, 0x1000);
	assert_int_equal(second->hvm.regs.rflags, 2);
	assert_int_equal(given.seg[SEG_CS].attributes, 0xa9b);
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EEXIST);
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 0, ARG(c)), -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, 1, 0), 0);
	assert_int_equal(do_vcpu_op(VCPUOP_up, 1, 0), 0);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, 1, 0), 1);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, 2, 0), -ENOENT);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, ~0u, 0), -ENOENT);
}

static void test_a_32_bit_start(void **state)
{
	struct vcpu_hvm_context c = { .mode = VCPU_HVM_MODE_32B };
	struct vcpu_hvm_x86_32 *x = &c.cpu_regs.x86_32;

	x->eip = 0x7000;
	x->cr0 = 0x80000011;
	x->efer = 0x100;
	x->cs_ar = 0xc9b;
	x->cs_limit = ~0u;
	x->tr_ar = 0x8b;
	x->pad2[1] = 1;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	x->pad2[1] = 0;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), 0);
	assert_int_equal(given.efer, 0x500); /* LMA follows */
	assert_int_equal(given.seg[SEG_CS].limit, ~0u);
}

static void test_the_last_one_down_ends_the_domain(void **state)
{
	second->pause_flags = 0;
	assert_int_equal(do_vcpu_op(VCPUOP_down, 0, 0), 0);
	assert_true(v->pause_flags & VCPU_PAUSE_DOWN);
	assert_null(shut_down);
	v->pause_flags = 0;
	second->pause_flags = VCPU_PAUSE_DOWN;
	assert_int_equal(do_vcpu_op(VCPUOP_down, 0, 0), 0);
	assert_ptr_equal(shut_down, guest);
	assert_int_equal(do_vcpu_op(VCPUOP_send_nmi, 1, 0), 0);
	assert_true(second->hvm.nmi_pending);
	assert_int_equal(do_vcpu_op(VCPUOP_get_physid, 0, MEMORY), -EINVAL);
}

/* --- console, wall clock ---------------------------------------------------------------------- */

static void test_console(void **state)
{
	strcpy((char *)memory + 4096, "hello");
	assert_int_equal(do_console_io(CONSOLEIO_write, 5, MEMORY + 4096), 0);
	assert_int_equal(console_text[0], 'g');
	assert_int_equal(do_console_io(CONSOLEIO_read, 5, MEMORY + 4096), -EPERM);
	run_as(dom0);
	console_len = 0;
	assert_int_equal(do_console_io(CONSOLEIO_write, 5, MEMORY + 4096), 0);
	assert_memory_equal(console_text, "hello", 5);
	assert_int_equal(do_console_io(CONSOLEIO_read, 3, MEMORY + 8192), 3);
	assert_memory_equal(memory + 8192, "typ", 3);
	assert_int_equal(do_console_io(CONSOLEIO_write, ~0u, MEMORY + MEMORY_SIZE - 100), -EFAULT);
	assert_int_equal(do_console_io(CONSOLEIO_read, 5, 0), -EFAULT);
	assert_int_equal(do_console_io(2, 5, MEMORY), -ENOSYS);
	/* A long one is interrupted after a piece, and goes on behind it. */
	fake_preempt_after = 0;
	assert_int_equal(do_console_io(CONSOLEIO_write, 1000, MEMORY), -ERESTART);
	assert_int_equal(fake_arg, 2);
	assert_int_equal(fake_arg_value, MEMORY + 256);
}

static void test_wall_clock(void **state)
{
	struct shared_info *s = guest->shared_info;

	memset(s, 0, PAGE_SIZE);
	memset(dom0->shared_info, 0, PAGE_SIZE);
	guest->time_offset_s = -3600;
	wallclock_set(1800000000, 100, SECONDS(5) + 200);
	assert_int_equal(s->wc_version & 1, 0);
	assert_int_not_equal(s->wc_version, 0);
	assert_int_equal(s->wc_sec, 1800000000 - 6 - 3600);
	assert_int_equal(s->wc_nsec, 1000000000 - 100);
	assert_int_equal(dom0->shared_info->wc_sec, 1800000000 - 6);
	guest->time_offset_s = 1l << 32;
	wallclock_publish(guest);
	assert_int_equal(s->wc_sec_hi, 1);
	assert_int_equal(dom0->refs, 1);
	guest->time_offset_s = 0;
}

static void test_vm_assist(void **state)
{
	assert_int_equal(do_vm_assist(VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag), 0);
	assert_true(guest->runstate_update_flag);
	assert_int_equal(do_vm_assist(VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag), 0);
	assert_false(guest->runstate_update_flag);
	assert_int_equal(do_vm_assist(VMASST_CMD_enable, 4), -EINVAL);
	assert_int_equal(do_vm_assist(7, 5), -ENOSYS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_timers),
		TEST(test_vcpu_info_moves_once),
		TEST(test_time_and_runstate_areas),
		TEST(test_runstate_in_both_forms),
		TEST(test_areas_by_physical_address),
		TEST(test_a_vcpu_is_started),
		TEST(test_a_32_bit_start),
		TEST(test_the_last_one_down_ends_the_domain),
		TEST(test_console),
		TEST(test_wall_clock),
		TEST(test_vm_assist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
