// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line: every option's forms, and values that must be refused with one warning and no
 * effect.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "boot_info.h"
#include "lib.h"
#include "log.h"
#include "speculation.h"

#define MIB (1UL << 20)

static unsigned warnings;
static char warning[256];

void log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	assert_int_equal(level, LOG_WARN);
	warnings++;
	va_start(ap, fmt);
	vsnprintf(warning, sizeof(warning), fmt, ap);
	va_end(ap);
}

static struct cmdline parse(const char *text)
{
	struct cmdline c = cmdline;

	warnings = 0;
	cmdline_parse(&c, text);
	return c;
}

static void refused(const char *text)
{
	struct cmdline c = parse(text);

	if (warnings != 1)
		fail_msg("\"%s\": %u warnings", text, warnings);
	if (memcmp(&c, &cmdline, sizeof(c)) != 0)
		fail_msg("\"%s\" was refused but changed something", text);
}

static void test_our_own_line(void **state)
{
	struct cmdline c = parse("console=com1,vga com1=115200,8n1 dom0_mem=256M loglvl=info");

	assert_int_equal(warnings, 0);
	assert_true(c.console_com1 && c.console_vga);
	assert_int_equal(c.com1_baud, 115200);
	assert_int_equal(c.com1_port, 0x3f8);
	assert_int_equal(c.com1_irq, 4);
	assert_true(c.dom0_mem == 256 * MIB);
	assert_int_equal(c.log_level, LOG_INFO);
	assert_false(c.noreboot);
	assert_int_equal(c.maxcpus, 0);
	assert_int_equal(c.dom0_max_vcpus, 0);
}

static void test_console(void **state)
{
	struct cmdline c = parse("console=vga");

	assert_true(!c.console_com1 && c.console_vga);
	c = parse("console=com1");
	assert_true(c.console_com1 && !c.console_vga);
	c = parse("console=none");
	assert_true(!c.console_com1 && !c.console_vga);
	refused("console=com2");
	refused("console=vga,tty0");
}

static void test_com1(void **state)
{
	struct cmdline c = parse("com1=9600,8n1,0x2f8,3");

	assert_int_equal(warnings, 0);
	assert_int_equal(c.com1_baud, 9600);
	assert_int_equal(c.com1_port, 0x2f8);
	assert_int_equal(c.com1_irq, 3);
	c = parse("com1=auto");
	assert_int_equal(c.com1_baud, 0);
	c = parse("com1=38400,,0x3e8");
	assert_int_equal(c.com1_port, 0x3e8);
	assert_int_equal(c.com1_irq, 4);
	refused("com1=fast");
	refused("com1=115201");
	refused("com1=115200,7e1");
	refused("com1=115200,8n1,0x1ffff");
	refused("com1=115200,8n1,0");
	refused("com1=115200,8n1,0x3f8,256");
	refused("com1=115200,8n1,0x3f8,4,5");
	refused("com1=115200x");
}

static void test_dom0_mem(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "dom0_mem=256M", 256 * MIB },
		{ "dom0_mem=1g", 1024 * MIB },
		{ "dom0_mem=262144", 256 * MIB }, /* KiB */
		{ "dom0_mem=268435456b", 256 * MIB },
		{ "dom0_mem=262144K", 256 * MIB },
		{ "dom0_mem=0x100M", 256 * MIB },
		{ "dom0_mem=512M,max:512M", 512 * MIB },
		{ "dom0_mem=512M,max:300M", 300 * MIB },
		{ "dom0_mem=100M,min:200M,max:300M", 200 * MIB },
		{ "dom0_mem=max:300M", 300 * MIB },
		{ "dom0_mem=min:200M", 200 * MIB },
		{ "dom0_mem=min:200M,max:300M", 300 * MIB },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(good); i++) {
		struct cmdline c = parse(good[i].text);

		if (warnings || c.dom0_mem != good[i].bytes)
			fail_msg("\"%s\" is %lu", good[i].text, c.dom0_mem);
	}
	refused("dom0_mem=");
	refused("dom0_mem");
	refused("dom0_mem=0");
	refused("dom0_mem=lots");
	refused("dom0_mem=256X");
	refused("dom0_mem=256MM");
	refused("dom0_mem=-256M");
	refused("dom0_mem=min:300M,max:200M");
	refused("dom0_mem=99999999999999999999");
	refused("dom0_mem=18446744073709551615T");
	refused("dom0_mem=0x");
	refused("dom0_mem=max:");
}

static void test_cpus(void **state)
{
	assert_int_equal(parse("dom0_max_vcpus=2").dom0_max_vcpus, 2);
	assert_int_equal(parse("dom0_max_vcpus=1-4").dom0_max_vcpus, 4);
	assert_int_equal(parse("dom0_max_vcpus=-4").dom0_max_vcpus, 4);
	assert_int_equal(parse("dom0_max_vcpus=2-").dom0_max_vcpus, 0);
	assert_int_equal(warnings, 0);
	assert_int_equal(parse("maxcpus=1").maxcpus, 1);
	assert_int_equal(parse("dom0_watchdog=300").dom0_watchdog, 300);
	refused("dom0_max_vcpus=4-2");
	refused("dom0_max_vcpus=x");
	refused("dom0_max_vcpus=");
	refused("dom0_max_vcpus=1-2-3");
	refused("maxcpus=99999");
	refused("dom0_watchdog=86401");
	refused("dom0_watchdog=5s");
	refused("maxcpus=");
	refused("maxcpus=1,2");
}

static void test_apicv(void **state)
{
	assert_int_equal(parse("").apicv, APICV_IF_TRUSTED);
	assert_int_equal(parse("apicv=0").apicv, APICV_OFF);
	assert_int_equal(parse("apicv=no").apicv, APICV_OFF);
	assert_int_equal(parse("apicv=0 apicv").apicv, APICV_ON);
	assert_int_equal(warnings, 0);
	refused("apicv=avic");
}

static void test_loglvl(void **state)
{
	assert_int_equal(parse("loglvl=all").log_level, LOG_DEBUG);
	assert_int_equal(parse("loglvl=debug").log_level, LOG_DEBUG);
	assert_int_equal(parse("loglvl=warning").log_level, LOG_WARN);
	assert_int_equal(parse("loglvl=error").log_level, LOG_ERR);
	assert_int_equal(parse("loglvl=none").log_level, -1);
	assert_int_equal(parse("loglvl=error/all").log_level, LOG_ERR);
	assert_int_equal(parse("guest_loglvl=all").log_level, LOG_INFO);
	assert_int_equal(warnings, 0);
	refused("loglvl=loud");
	refused("loglvl=information");
	refused("guest_loglvl=loud");
}

static void test_bootscrub(void **state)
{
	assert_int_equal(parse("").bootscrub, BOOTSCRUB_DEFAULT);
	assert_int_equal(parse("bootscrub=idle").bootscrub, BOOTSCRUB_IDLE);
	assert_int_equal(parse("bootscrub=off").bootscrub, BOOTSCRUB_OFF);
	assert_int_equal(parse("bootscrub=0").bootscrub, BOOTSCRUB_OFF);
	assert_int_equal(parse("bootscrub=off bootscrub=idle").bootscrub, BOOTSCRUB_IDLE);
	assert_int_equal(warnings, 0);
	refused("bootscrub");
	refused("bootscrub=on"); /* all of it before domain 0 starts: not here */
	refused("bootscrub=idler");
}

static void test_noreboot(void **state)
{
	assert_true(parse("noreboot").noreboot);
	assert_true(parse("noreboot=1").noreboot);
	assert_false(parse("noreboot=0").noreboot);
	assert_false(parse("noreboot noreboot=no").noreboot);
	assert_int_equal(warnings, 0);
	refused("noreboot=perhaps");
}

static void test_watchdog(void **state)
{
	assert_int_equal(cmdline.watchdog, 0);
	assert_int_equal(parse("watchdog").watchdog, 5);
	assert_int_equal(parse("watchdog=force").watchdog, 5);
	assert_int_equal(parse("watchdog_timeout=30").watchdog, 30);
	assert_int_equal(parse("watchdog_timeout=30 watchdog").watchdog, 30);
	assert_int_equal(parse("watchdog_timeout=1").watchdog, 2);
	assert_int_equal(parse("watchdog watchdog_timeout=0").watchdog, 0);
	assert_int_equal(parse("watchdog watchdog=no").watchdog, 0);
	assert_int_equal(parse("nmi=ignore").nmi, NMI_IGNORE);
	assert_int_equal(parse("nmi=dom0").nmi, NMI_DOM0);
	assert_int_equal(parse("nmi=fatal").nmi, NMI_FATAL);
	assert_int_equal(warnings, 0);
	refused("watchdog=maybe");
	refused("watchdog_timeout=");
	refused("watchdog_timeout=5s");
	refused("nmi=");
}

static void test_ucode(void **state)
{
	assert_true(!cmdline.ucode_module && cmdline.ucode_scan);
	assert_int_equal(parse("ucode=2").ucode_module, 2);
	assert_int_equal(parse("ucode=-1").ucode_module, -1);
	assert_false(parse("ucode=scan=no").ucode_scan);
	assert_false(parse("ucode=1,no-scan").ucode_scan);
	assert_true(parse("ucode=scan").ucode_scan);
	assert_int_equal(warnings, 0);
	refused("ucode=99");
	refused("ucode=2,often");
	refused("ucode=no-scan=yes");
	refused("ucode=--1");
}

static void spec_is(const char *text, uint64_t forced, uint64_t forbidden)
{
	struct cmdline c = parse(text);

	if (c.spec_forced != forced || c.spec_forbidden != forbidden)
		fail_msg("\"%s\": %#lx %#lx", text, c.spec_forced, c.spec_forbidden);
}

static void test_spec_ctrl(void **state)
{
	spec_is("spec-ctrl=no", 0, SPEC_ALL);
	spec_is("spec-ctrl=no,ibpb", SPEC_IBPB, SPEC_ALL & ~SPEC_IBPB);
	spec_is("spec-ctrl=ssbd,no-md-clear", SPEC_SSBD, SPEC_VERW);
	spec_is("spec-ctrl=l1d-flush=no,verw=yes", SPEC_VERW, SPEC_L1D_FLUSH);
	spec_is("spec-ctrl=ibpb-entry,no-ibpb-entry", 0, SPEC_IBPB_ENTRY);
	spec_is("spec-ctrl=off spec-ctrl=yes", 0, 0);
	spec_is("spec-ctrl=eager-fpu", 0, 0);
	assert_int_equal(warnings, 0);
	spec_is("spec-ctrl=bti-thunk=jmp,ssbd", SPEC_SSBD, 0);
	assert_int_equal(warnings, 1);
	spec_is("spec-ctrl=ssbd=perhaps,ibp", 0, 0);
	assert_int_equal(warnings, 2);
}

static void test_iommu(void **state)
{
	struct cmdline c = parse("");

	assert_false(c.iommu_off || c.iommu_required || c.iommu_verbose);
	assert_true(parse("iommu=no").iommu_off);
	assert_true(parse("iommu=off,verbose").iommu_off);
	assert_false(parse("iommu=no iommu=on").iommu_off);
	assert_true(parse("iommu=force").iommu_required);
	c = parse("iommu=required,verbose");
	assert_true(c.iommu_required && c.iommu_verbose && !c.iommu_off);
	assert_int_equal(warnings, 0);
	refused("iommu=no,force");
	refused("iommu=perhaps");
}

static void test_crash_test(void **state)
{
	struct cmdline c = parse("crash_test=write-constant");

	assert_string_equal(c.crash_test, "write-constant");
	assert_int_equal(c.crash_test_cpu, 0);
	c = parse("crash_test=stack,3");
	assert_string_equal(c.crash_test, "stack");
	assert_int_equal(c.crash_test_cpu, 3);
	assert_int_equal(warnings, 0);
	refused("crash_test");
	refused("crash_test=,1");
	refused("crash_test=stack,x");
	refused("crash_test=stack,1,2");
	refused("crash_test=longer-than-any-there-is");
}

static void test_unknown(void **state)
{
	struct cmdline c;

	refused("ioapic=force");
	assert_non_null(strstr(warning, "ioapic=force"));
	refused("dom0_me=1");
	refused("dom0_memory=1");
	refused("=");
	c = parse("foo bar noreboot baz=1");
	assert_int_equal(warnings, 3);
	assert_true(c.noreboot);
}

static void test_spaces_and_length(void **state)
{
	char text[BOOT_CMDLINE_MAX];
	struct cmdline c = parse("  noreboot \t  maxcpus=3   ");

	assert_int_equal(warnings, 0);
	assert_true(c.noreboot);
	assert_int_equal(c.maxcpus, 3);
	parse("");
	parse("   ");
	assert_int_equal(warnings, 0);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	refused(text);
	memcpy(text, "dom0_mem=", 9);
	refused(text);
	memset(text, ',', sizeof(text) - 1);
	memcpy(text, "console=", 8);
	parse(text); /* whatever it means, it ends */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_our_own_line), cmocka_unit_test(test_console),
		cmocka_unit_test(test_com1),         cmocka_unit_test(test_dom0_mem),
		cmocka_unit_test(test_cpus),         cmocka_unit_test(test_loglvl),
		cmocka_unit_test(test_noreboot),     cmocka_unit_test(test_crash_test),
		cmocka_unit_test(test_spec_ctrl),    cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_ucode),        cmocka_unit_test(test_iommu),
		cmocka_unit_test(test_unknown),      cmocka_unit_test(test_spaces_and_length),
		cmocka_unit_test(test_bootscrub),    cmocka_unit_test(test_apicv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
