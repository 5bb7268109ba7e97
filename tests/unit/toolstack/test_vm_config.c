// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the keys mean: defaults, limits, and messages that name file, line, word and expectation.
 */
#include "test.h"

#include "lib/uuid.h"
#include "lib/vm_config.h"

static struct vm_config vm;
static struct reason why;

static int read_text(const char *text)
{
	struct config c = { 0 };
	int rc;

	vm_config_free(&vm);
	assert_int_equal(config_parse(&c, "x.cfg", text_bytes(text), false, &why), 0);
	rc = vm_config_read(&vm, &c, &why);
	config_free(&c);
	return rc;
}

static void refused(const char *line, const char *part)
{
	char text[256];

	snprintf(text, sizeof(text), "name='a'\nkernel='/k'\n%s\n", line);
	assert_int_equal(read_text(text), -1);
	assert_reason(why, part);
}

static int cleanup(void **state)
{
	(void)state;
	vm_config_free(&vm);
	return 0;
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(read_text("name='a'\nkernel='/k'"), 0);
	assert_string_equal(vm.name, "a");
	assert_string_equal(vm.kernel, "/k");
	assert_null(vm.ramdisk);
	assert_string_equal(vm.cmdline, "");
	assert_int_equal(vm.vcpus, 1);
	assert_int_equal(vm.max_vcpus, 1);
	assert_int_equal(vm.on_poweroff, VM_DESTROY);
	assert_int_equal(vm.on_reboot, VM_RESTART);
	assert_int_equal(vm.on_crash, VM_DESTROY);
	assert_int_equal(vm.on_soft_reset, VM_SOFT_RESET);
	assert_int_equal(vm.tsc_mode, 2);
	assert_false(vm.has_uuid);
	assert_false(vm.driver_domain);
}

static void test_everything(void **state)
{
	(void)state;
	assert_int_equal(
		read_text("type='pvh'; name='web-1.x'; memory=512; maxmem=1024; vcpus=2\n"
			  "maxvcpus=4; kernel='/k'; ramdisk='/r'; root='/dev/xvda1 ro'\n"
			  "extra='quiet'; on_poweroff='preserve'; on_reboot='rename-restart'\n"
			  "on_crash='restart'; uuid='01234567-89ab-cdef-0123-456789ABCDEF'\n"
			  "disk=[]; vif=[]; builder='generic'; tsc_mode='default'\n"
			  "driver_domain=1; on_soft_reset='preserve'"),
		0);
	assert_int_equal(vm.memory_mib, 512);
	assert_int_equal(vm.max_memory_mib, 1024);
	assert_int_equal(vm.max_vcpus, 4);
	assert_string_equal(vm.ramdisk, "/r");
	assert_string_equal(vm.cmdline, "root=/dev/xvda1 ro quiet");
	assert_int_equal(vm.on_poweroff, VM_PRESERVE);
	assert_int_equal(vm.on_reboot, VM_RENAME_RESTART);
	assert_int_equal(vm.on_crash, VM_RESTART);
	assert_int_equal(vm.on_soft_reset, VM_PRESERVE);
	assert_int_equal(vm.tsc_mode, 0);
	assert_true(vm.has_uuid);
	assert_int_equal(vm.uuid[0], 0x01);
	assert_int_equal(vm.uuid[15], 0xef);
	assert_true(vm.driver_domain);
}

static void test_cmdline_wins(void **state)
{
	(void)state;
	assert_int_equal(read_text("name='a'\nkernel='/k'\ncmdline='console=hvc0'\nextra='x'"), 0);
	assert_string_equal(vm.cmdline, "console=hvc0");
	assert_int_equal(read_text("name='a'\nkernel='/k'\nextra='x y'"), 0);
	assert_string_equal(vm.cmdline, "x y");
}

static void test_mistakes(void **state)
{
	(void)state;
	assert_int_equal(read_text("kernel='/k'"), -1);
	assert_reason(why, "name: not set");
	assert_int_equal(read_text("name='a'"), -1);
	assert_reason(why, "kernel: not set");
	refused("memory='lots'", "x.cfg:3: memory: expected a number of MiB, found \"lots\"");
	refused("memory=0", "x.cfg:3: memory: expected a number of MiB, found 0");
	refused("memory=-5", "memory: expected");
	refused("memory=[1]", "found a list");
	refused("memory=64\nmaxmem=32",
		"x.cfg:4: maxmem: expected a number of MiB, not below memory, found 32");
	refused("vcpus=129", "1 to 128, found 129");
	refused("vcpus=4\nmaxvcpus=2", "not below vcpus");
	refused("type='hvm'",
		"x.cfg:3: type: expected \"pvh\", the only type supported, found \"hvm\"");
	refused("uuid='123'", "uuid: expected a UUID");
	refused("on_crash='coredump-restart'", "expected an action without a core dump");
	refused("on_crash='explode'",
		"expected destroy, restart, rename-restart or preserve, found \"explode\"");
	refused("on_crash='soft-reset'",
		"expected destroy, restart, rename-restart or preserve, found \"soft-reset\"");
	refused("on_soft_reset='explode'", "expected soft-reset, destroy, restart, rename-restart");
	refused("vfb=['vncpasswd=x']", "x.cfg:3: vfb: \"vncpasswd\" is not supported");
	refused("bootloader='pygrub'", "bootloader: not supported");
	refused("ramdisk=3", "ramdisk: expected a \"quoted string\", found 3");
	refused("tsc_mode='fast'", "tsc_mode: expected");
	refused("driver_domain=2", "driver_domain: expected 0 or 1");
	refused("name='../etc/passwd'", "name: expected at most 63 letters");
}

static void test_pci(void **state)
{
	uint32_t sbdf;

	(void)state;
	assert_true(pci_parse("0001:03:1f.7", &sbdf));
	assert_int_equal(sbdf, 0x103ff);
	assert_true(pci_parse("ff:00.0", &sbdf));
	assert_int_equal(sbdf, 0xff00);
	assert_false(pci_parse("", &sbdf));
	assert_false(pci_parse("03:20.0", &sbdf));
	assert_false(pci_parse("03:00.8", &sbdf));
	assert_false(pci_parse("03:00.00", &sbdf));
	assert_false(pci_parse("0000:03:00", &sbdf));
	assert_false(pci_parse("0000-03:00.0", &sbdf));
	assert_false(pci_parse("00000:03:00.0", &sbdf));
	assert_false(pci_parse("+3:00.0", &sbdf));
	refused("pci='0000:03:00.0'", "x.cfg:3: pci: expected a list");
	refused("pci=[3]", "x.cfg:3: pci: expected an address such as \"0000:03:00.0\"");
	refused("pci=['eth0']", "found eth0");
	refused("pci=['03:00.0,permissive=1']", "no options");
	refused("pci=['03:00.0', '0000:03:00.0']", "0000:03:00.0 stands there twice");
	refused("pci=['00:00.0','00:01.0','00:02.0','00:03.0','00:04.0','00:05.0','00:06.0',"
		"'00:07.0','00:08.0','00:09.0','00:0a.0','00:0b.0','00:0c.0','00:0d.0','00:0e.0',"
		"'00:0f.0','00:10.0']",
		"more than 16");
}

static void test_names(void **state)
{
	char longest[VM_NAME_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[VM_NAME_MAX] = '\0';
	assert_true(vm_name_valid(longest));
	longest[VM_NAME_MAX] = 'a';
	longest[VM_NAME_MAX + 1] = '\0';
	assert_false(vm_name_valid(longest));
	assert_false(vm_name_valid(""));
	assert_false(vm_name_valid(".."));
	assert_false(vm_name_valid("a/b"));
	assert_false(vm_name_valid("a\nb"));
	assert_false(vm_name_valid("-c"));
	assert_true(vm_name_valid("Win-7"));
}

static void test_uuid(void **state)
{
	uint8_t a[16], b[16];
	char text[UUID_TEXT];

	(void)state;
	assert_int_equal(uuid_generate(a), 0);
	uuid_format(a, text);
	assert_int_equal(text[14], '4');
	assert_true(uuid_parse(text, b));
	assert_memory_equal(a, b, 16);
	assert_false(uuid_parse("01234567-89ab-cdef-0123-456789abcde", b));
	assert_false(uuid_parse("01234567-89ab-cdef-0123-456789abcdeg", b));
	assert_false(uuid_parse("0123456789ab-cdef-0123-456789abcdef12", b));
	assert_false(uuid_parse("01234567-89ab-cdef-0123_456789abcdef", b));
}

static void test_scheduling(void **state)
{
	(void)state;
	assert_int_equal(read_text("name='a'; kernel='/k'; vcpus=4; cpu_weight=512; cap=150\n"
				   "cpus=['0', 2, '4-6,^5']; cpus_soft='0-1'"),
			 0);
	assert_int_equal(vm.cpu_weight, 512);
	assert_int_equal(vm.cap, 150);
	assert_int_equal(vm.nr_cpus, 3);
	assert_true(cpu_list_has(&vm.cpus[0], 0) && !cpu_list_has(&vm.cpus[0], 1));
	assert_true(cpu_list_has(&vm.cpus[1], 2) && !cpu_list_has(&vm.cpus[1], 0));
	assert_true(cpu_list_has(&vm.cpus[2], 6) && !cpu_list_has(&vm.cpus[2], 5));
	assert_int_equal(vm.nr_cpus_soft, 1);
	refused("cpu_weight=0", "weight");
	refused("cap=65535", "percentage");
	refused("cpus=[]", "one set of CPUs per vCPU");
	refused("cpus='3-1'", "no list of CPUs");
	refused("cpus=-1", "no list of CPUs");
	refused("cpus=['0', ['1']]", "a list in a list");
	refused("cpus_soft='0,'", "x.cfg:3");
}

/* What is kept of a configuration makes the same VM again. */
static void test_text_is_kept(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(read_text("name='a'; kernel='/k'; memory=64; cpus=['0','1']\n"
				   "cmdline='say \"hello\"'; on_reboot='preserve'"),
			 0);
	text = strdup(vm.text);
	assert_int_equal(read_text(text), 0);
	assert_string_equal(vm.text, text);
	assert_string_equal(vm.cmdline, "say \"hello\"");
	assert_int_equal(vm.nr_cpus, 2);
	assert_int_equal(vm.on_reboot, VM_PRESERVE);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_defaults, cleanup),
		cmocka_unit_test_teardown(test_everything, cleanup),
		cmocka_unit_test_teardown(test_cmdline_wins, cleanup),
		cmocka_unit_test_teardown(test_mistakes, cleanup),
		cmocka_unit_test(test_pci),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_scheduling),
		cmocka_unit_test(test_text_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
