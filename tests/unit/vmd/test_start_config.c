// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What vm.start takes becomes a configuration that says just that, whatever is in its texts.
 */
#include "test.h"

#include "vm/vm_text.h"
#include "vmd/start_config.h"
#include "vmd/verbs.h"

#define UUID "\"uuid\":\"01234567-89ab-cdef-0123-456789abcdef\",\"name\":\"a\","
#define SIZE "\"memory_static_max\":268435456,\"vcpus_max\":2"

static struct vm_config vm;
static struct reason why;

/* Checked, composed and read again. */
static int make(const char *text, const char *const *targets)
{
	json_t *args = json_loads(text, 0, NULL);
	struct buf config = { 0 };
	struct refusal r;
	int rc;

	assert_non_null(args);
	vm_config_free(&vm);
	if (args_check(args_start, args, &r) < 0)
		fail_msg("%s", r.why.text);
	rc = start_config(args, "name", targets, &config, &why);
	if (rc == 0)
		rc = vm_text_parse(&vm, "x", config.data, &why);
	json_decref(args);
	buf_free(&config);
	return rc;
}

static void test_least(void **state)
{
	assert_int_equal(make("{" UUID SIZE "}", NULL), 0);
	assert_string_equal(vm.name, "name");
	assert_true(vm.has_uuid);
	assert_string_equal(vm.kernel, GRUB_KERNEL);
	assert_string_equal(vm.cmdline, "");
	assert_int_equal(vm.memory_mib, 256);
	assert_int_equal(vm.max_memory_mib, 256);
	assert_int_equal(vm.vcpus, 2);
	assert_int_equal(vm.on_poweroff, VM_DESTROY);
	assert_int_equal(vm.on_reboot, VM_RESTART);
	assert_int_equal(vm.on_soft_reset, VM_SOFT_RESET);
}

static void test_all(void **state)
{
	static const char *const targets[] = { "/dev/SR/one", NULL };

	assert_int_equal(
		make("{" UUID SIZE
		     ",\"kernel\":\"/usr/share/socle/k\",\"cmdline\":\"a=\\\"b c\\\"\","
		     "\"memory_dynamic_max\":134217728,\"memory_dynamic_min\":67108864,"
		     "\"vcpus\":1,\"weight\":512,\"cap\":50,\"affinity\":[\"0-1\",\"1\"],"
		     "\"disks\":[{\"device\":\"xvda\",\"discard\":false},"
		     "{\"device\":\"xvdd\",\"type\":\"cd\"}],"
		     "\"vifs\":[{\"device\":3,\"mac\":\"00:16:3e:00:00:01\",\"bridge\":\"xenbr0\","
		     "\"mtu\":1400,\"rate_kbps\":100,\"locking\":\"locked\","
		     "\"ip\":[\"10.0.0.1\",\"fe80::1\"],\"vlan\":7}],"
		     "\"on_crash\":\"preserve\",\"on_soft_reset\":\"restart\"}",
		     targets),
		0);
	assert_string_equal(vm.cmdline, "a=\"b c\"");
	assert_int_equal(vm.memory_mib, 128);
	assert_int_equal(vm.max_memory_mib, 256);
	assert_int_equal(vm.vcpus, 1);
	assert_int_equal(vm.cpu_weight, 512);
	assert_int_equal(vm.cap, 50);
	assert_int_equal(vm.nr_cpus, 2);
	assert_int_equal(vm.devices.nr_disks, 2);
	assert_string_equal(vm.devices.disks[0].target, "/dev/SR/one");
	assert_false(vm.devices.disks[0].readonly);
	assert_false(vm.devices.disks[0].discard);
	assert_true(vm.devices.disks[1].cdrom);
	assert_null(vm.devices.disks[1].target);
	assert_int_equal(vm.devices.nr_vifs, 1);
	assert_int_equal(vm.devices.vifs[0].devid, 3);
	assert_int_equal(vm.devices.vifs[0].mtu, 1400);
	assert_int_equal(vm.devices.vifs[0].vlan, 7);
	assert_int_equal(vm.devices.vifs[0].locking, VIF_LOCKED);
	assert_string_equal(vm.devices.vifs[0].ip, "10.0.0.1 fe80::1");
	assert_int_equal(vm.on_crash, VM_PRESERVE);
	assert_int_equal(vm.on_soft_reset, VM_RESTART);
}

/* What an installer was started with is not what the VM boots with later. */
static void test_an_installer(void **state)
{
	assert_int_equal(make("{" UUID SIZE ",\"kernel\":\"/var/lib/socle/kernels/a/k\","
			      "\"ramdisk\":\"/var/lib/socle/kernels/a/r\",\"cmdline\":\"x\","
			      "\"install\":{\"repository\":\"http://h\",\"distro\":\"alpine\"}}",
			      NULL),
			 0);
	assert_string_equal(vm.kernel, "/var/lib/socle/kernels/a/k");
	for (int i = 0; i < 2; i++) {
		vm_config_rebooted(&vm);
		assert_string_equal(vm.kernel, GRUB_KERNEL);
		assert_null(vm.ramdisk);
		assert_string_equal(vm.cmdline, "");
	}
	assert_int_equal(make("{" UUID SIZE ",\"kernel\":\"/usr/share/socle/k\"}", NULL), 0);
	vm_config_rebooted(&vm);
	assert_string_equal(vm.kernel, "/usr/share/socle/k");
}

static void test_refused(void **state)
{
	static const char *const none[] = { NULL };

	assert_int_equal(make("{" UUID SIZE ",\"ramdisk\":\"/usr/share/socle/r\"}", NULL), -1);
	assert_reason(why, "need a kernel");
	assert_int_equal(make("{" UUID SIZE ",\"memory_dynamic_max\":536870912}", NULL), -1);
	assert_reason(why, "static-min <=");
	assert_int_equal(make("{" UUID SIZE ",\"vcpus\":3}", NULL), -1);
	assert_reason(why, "maxvcpus");
	assert_int_equal(make("{" UUID SIZE ",\"disks\":[{\"device\":\"xvda\"}]}", none), -1);
	assert_reason(why, "no target");
	assert_int_equal(make("{" UUID SIZE ",\"kernel\":\"/usr/share/socle/k\","
			      "\"cmdline\":\"a'b\\\"c\"}",
			      NULL),
			 -1);
	assert_reason(why, "both kinds of quotes");
	assert_int_equal(make("{" UUID SIZE ",\"affinity\":[\"none\"]}", NULL), -1);
}

/* What would be syntax there is text here. */
static void test_injection(void **state)
{
	static const char *const targets[] = { "/run/sr-mount/a', 'x,y,access=w!#]" };

	assert_int_equal(make("{" UUID SIZE ",\"kernel\":\"/usr/share/socle/k\","
			      "\"cmdline\":\"a' #]\\\\\","
			      "\"disks\":[{\"device\":\"xvda\",\"mode\":\"ro\"}]}",
			      targets),
			 0);
	assert_string_equal(vm.cmdline, "a' #]\\");
	assert_int_equal(vm.devices.nr_disks, 1);
	assert_string_equal(vm.devices.disks[0].target, targets[0]);
	assert_true(vm.devices.disks[0].readonly);
	assert_false(vm.devices.disks[0].shared);
}

static void names(const char *label, const char *suffix, const char *expected)
{
	char name[VM_NAME_MAX + 1];

	label_to_name(label, suffix, name);
	assert_string_equal(name, expected);
	assert_true(vm_name_valid(name));
}

static void test_labels(void **state)
{
	char name[VM_NAME_MAX + 1], label[256];

	names("web", NULL, "web");
	names("My web (1)", NULL, "My_web__1_");
	names("\xc3\xbc-box", NULL, "_-box");
	names(".hidden", NULL, "_hidden");
	names("../..", NULL, "_._..");
	names("-v", NULL, "_v");
	names("web", "01234567", "web-01234567");
	memset(label, 'x', 255);
	label[255] = '\0';
	label_to_name(label, NULL, name);
	assert_int_equal(strlen(name), VM_NAME_MAX);
	label_to_name(label, "01234567", name);
	assert_int_equal(strlen(name), VM_NAME_MAX);
	assert_string_equal(name + VM_NAME_MAX - 9, "-01234567");
}

static int cleanup(void **state)
{
	(void)state;
	vm_config_free(&vm);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),        cmocka_unit_test(test_all),
		cmocka_unit_test(test_an_installer), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_injection),    cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, cleanup);
}
