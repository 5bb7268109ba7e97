// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A restart that is written down: who has it, who finds it, and what it says.
 */
#include "test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own_folder.h"
#include "vm/restart.h"
#include "vm/vm_text.h"

static struct vm_config vm, found;
static struct reason why;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(vm_text_parse(&vm, "x",
				       "name = 'before'\nkernel = '/k'\n"
				       "disk = [ '/dev/a,raw,xvda,w' ]\n",
				       &why),
			 0);
	return 0;
}

static int cleanup(void **state)
{
	(void)state;
	vm_config_free(&vm);
	unlink(VM_RESTART_DIR "/7");
	rmdir(VM_RESTART_DIR);
	return 0;
}

static void test_begin_and_end(void **state)
{
	struct vm_restart r = { .old = 7 }, other;
	bool idle = true;

	assert_false(vm_restart_pending(7, &idle));
	assert_int_equal(vm_restart_begin(&r, &vm, &why), 0);
	/* Somebody is at work on it. */
	assert_true(vm_restart_pending(7, &idle));
	assert_false(idle);
	assert_int_equal(vm_restart_take(&other, 7, &found, &why), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	vm_restart_end(&r);
	assert_false(vm_restart_pending(7, &idle));
	assert_int_equal(vm_restart_take(&other, 7, &found, &why), -1);
	assert_int_equal(errno, ENOENT);
	/* Twice is fine. */
	vm_restart_end(&r);
}

/* The one who began has been killed: what he knew by then is what counts. */
static void test_take(void **state)
{
	struct vm_restart r = { .old = 7, .keep_old = true }, other;
	bool idle;

	strcpy(vm.name, "now");
	vm.has_uuid = uuid_parse("01234567-89ab-cdef-0123-456789abcdef", vm.uuid);
	device_list_free(&vm.devices);
	assert_int_equal(vm_restart_begin(&r, &vm, &why), 0);
	close(r.fd);
	assert_true(vm_restart_pending(7, &idle));
	assert_true(idle);
	assert_int_equal(vm_restart_take(&other, 7, &found, &why), 0);
	assert_true(other.keep_old);
	assert_string_equal(found.name, "now");
	assert_memory_equal(found.uuid, vm.uuid, 16);
	assert_int_equal(found.devices.nr_disks, 0);
	assert_string_equal(found.kernel, "/k");
	vm_config_free(&found);
	assert_true(vm_restart_pending(7, &idle));
	assert_false(idle);
	vm_restart_end(&other);
	assert_false(vm_restart_pending(7, &idle));
}

static void count(void *arg, domid_t old)
{
	assert_int_equal(old, 7);
	++*(int *)arg;
}

/* What nobody can make use of does not stay for ever. */
static void test_broken(void **state)
{
	static const char *const broken[] = { "", "end", "end\nnonsense", "end\nname = 'x'\n" };
	struct vm_restart r;
	int nr = 0;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		FILE *f;

		mkdir(VM_RESTART_DIR, 0700);
		f = fopen(VM_RESTART_DIR "/7", "w");
		fputs(broken[i], f);
		fclose(f);
		vm_restart_each(count, &nr);
		assert_int_equal(vm_restart_take(&r, 7, &found, &why), -1);
		assert_int_equal(errno, EINVAL);
		vm_restart_each(count, &nr);
	}
	assert_int_equal(nr, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_begin_and_end, setup, cleanup),
		cmocka_unit_test_setup_teardown(test_take, setup, cleanup),
		cmocka_unit_test_setup_teardown(test_broken, setup, cleanup),
	};

	return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
