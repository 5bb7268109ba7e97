// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's command line, in Xen's words. A table of options; a bad value is named in the
 * log and leaves the default. Run once, before other CPUs.
 */
#include "boot_info.h"
#include "lib.h"
#include "log.h"
#include "speculation.h"

struct cmdline cmdline = {
	.console_com1 = true,
	.console_vga = true,
	.com1_baud = 115200,
	.com1_port = 0x3f8,
	.com1_irq = 4,
	.log_level = LOG_INFO,
	.ucode_scan = true,
};

#define OPTION_MAX 128u

/* --- values ----------------------------------------------------------------------------------- */

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* Decimal or 0x hexadecimal; moves *s behind it. False: no number, or one above max. */
static bool take_number(const char **s, uint64_t max, uint64_t *out)
{
	int base = (*s)[0] == '0' && ((*s)[1] | 0x20) == 'x' ? 16 : 10;
	uint64_t n = 0;

	if (base == 16)
		*s += 2;
	if (digit_value(**s) >= base)
		return false;
	for (; digit_value(**s) < base; (*s)++)
		if (mul_overflows(n, (uint64_t)base, &n) ||
		    add_overflows(n, (uint64_t)digit_value(**s), &n) || n > max)
			return false;
	*out = n;
	return true;
}

/* A number with K, M, G or T behind it; without one it is in KiB, as Xen has it. */
static bool take_size(const char **s, uint64_t *out)
{
	static const char units[] = "bkmgt";
	const char *unit;

	if (!take_number(s, UINT64_MAX, out))
		return false;
	unit = strchr(units, **s | 0x20);
	*s += unit != NULL;
	return !mul_overflows(*out, BIT(unit ? 10 * (unit - units) : 10), out);
}

/* Cuts the next part off a list separated by commas; "" at its end. */
static const char *take_part(char **list)
{
	char *part = *list, *comma = strchr(part, ',');

	*list = comma ? comma + 1 : part + strlen(part);
	if (comma)
		*comma = '\0';
	return part;
}

static bool parse_unsigned(const char *value, unsigned max, unsigned *out)
{
	uint64_t n;

	if (!take_number(&value, max, &n) || *value)
		return false;
	*out = (unsigned)n;
	return true;
}

/* Left as it is where nothing is said. */
static bool parse_optional(const char *value, unsigned max, unsigned *out)
{
	return !*value || parse_unsigned(value, max, out);
}

struct word {
	const char *text;
	int value;
};

#define PARSE_WORD(text, words, out) parse_word(text, words, ARRAY_SIZE(words), out)

static bool parse_word(const char *text, const struct word *words, size_t nr, int *out)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(text, words[i].text) == 0) {
			*out = words[i].value;
			return true;
		}
	return false;
}

static bool parse_bool(const char *text, bool *out)
{
	static const struct word words[] = {
		{ "", 1 },     { "1", 1 },      { "yes", 1 },     { "on", 1 },
		{ "true", 1 }, { "enable", 1 }, { "0", 0 },       { "no", 0 },
		{ "off", 0 },  { "false", 0 },  { "disable", 0 },
	};
	int value;

	if (!PARSE_WORD(text, words, &value))
		return false;
	*out = value;
	return true;
}

/* "<name>", "no-<name>", or "<name>=<bool>". */
static bool parse_switch(const char *text, const char *name, bool *on)
{
	bool no = strncmp(text, "no-", 3) == 0;
	size_t n = strlen(name);

	text += no ? 3 : 0;
	if (strncmp(text, name, n) != 0 || (text[n] && (no || text[n] != '=')))
		return false;
	*on = !no;
	return !text[n] || parse_bool(text + n + 1, on);
}

/*
 * Options. Each may cut its value up, and returns false for one that it cannot use: then nothing of
 * what it did to *c counts.
 */

static bool set_console(struct cmdline *c, char *value)
{
	enum { COM1 = 1, VGA = 2 };
	static const struct word words[] = { { "com1", COM1 }, { "vga", VGA }, { "none", 0 } };
	int on = 0, one;

	for (; *value; on |= one)
		if (!PARSE_WORD(take_part(&value), words, &one))
			return false;
	c->console_com1 = on & COM1;
	c->console_vga = on & VGA;
	return true;
}

/* <baud>|auto[,8n1[,<port>[,<irq>]]] */
static bool set_com1(struct cmdline *c, char *value)
{
	const char *baud = take_part(&value), *format = take_part(&value);

	if (strcmp(baud, "auto") == 0)
		c->com1_baud = 0;
	else if (!parse_optional(baud, 115200, &c->com1_baud))
		return false;
	return (!*format || strcmp(format, "8n1") == 0) &&
	       parse_optional(take_part(&value), 0xfff8, &c->com1_port) && c->com1_port &&
	       parse_optional(take_part(&value), 255, &c->com1_irq) && !*value;
}

/*
 * [<size>][,min:<size>][,max:<size>]: the size held within its limits; of limits alone, the upper.
 */
static bool set_dom0_mem(struct cmdline *c, char *value)
{
	uint64_t size = 0, low = 0, high = UINT64_MAX;

	while (*value) {
		const char *s = take_part(&value);
		bool is_min = strncmp(s, "min:", 4) == 0, is_max = strncmp(s, "max:", 4) == 0;

		s += is_min || is_max ? 4 : 0;
		if (!take_size(&s, is_min ? &low : is_max ? &high : &size) || *s)
			return false;
	}
	if (!size)
		size = high == UINT64_MAX ? low : high;
	c->dom0_mem = MIN(MAX(size, low), high);
	return size && low <= high;
}

#define CPUS_MAX 8192u

/* <n>, or <min>-<max> with either left out: the machine is given the upper end. */
static bool set_dom0_max_vcpus(struct cmdline *c, char *value)
{
	char *dash = strchr(value, '-');
	unsigned low = 0;

	if (!dash)
		return parse_unsigned(value, CPUS_MAX, &c->dom0_max_vcpus);
	*dash = '\0';
	c->dom0_max_vcpus = 0;
	return parse_optional(value, CPUS_MAX, &low) &&
	       parse_optional(dash + 1, CPUS_MAX, &c->dom0_max_vcpus) &&
	       (!c->dom0_max_vcpus || low <= c->dom0_max_vcpus);
}

#define DAY              86400u /* in seconds */
#define WATCHDOG_SECONDS 5u

static bool set_watchdog(struct cmdline *c, char *value)
{
	bool on = true;

	if (strcmp(value, "force") != 0 && !parse_bool(value, &on))
		return false;
	if (!on || !c->watchdog)
		c->watchdog = on ? WATCHDOG_SECONDS : 0;
	return true;
}

/* A CPU is asked after one second, and needs another one to answer. */
static bool set_watchdog_timeout(struct cmdline *c, char *value)
{
	bool good = parse_unsigned(value, DAY, &c->watchdog);

	if (c->watchdog == 1)
		c->watchdog = 2;
	return good;
}

static bool set_nmi(struct cmdline *c, char *value)
{
	static const struct word words[] = {
		{ "ignore", NMI_IGNORE },
		{ "dom0", NMI_DOM0 },
		{ "fatal", NMI_FATAL },
	};

	return PARSE_WORD(value, words, &c->nmi);
}

/* <level>[/<level of rate-limited messages>]: ours are all limited, so the first one counts. */
static bool set_loglvl(struct cmdline *c, char *value)
{
	static const struct word levels[] = {
		{ "none", -1 },       { "error", LOG_ERR },   { "warning", LOG_WARN },
		{ "info", LOG_INFO }, { "debug", LOG_DEBUG }, { "all", LOG_DEBUG },
	};
	char *slash = strchr(value, '/');

	if (slash)
		*slash = '\0';
	return PARSE_WORD(value, levels, &c->log_level);
}

/* What guests say goes by loglvl as well. */
static bool set_guest_loglvl(struct cmdline *c, char *value)
{
	struct cmdline unused = *c;

	return set_loglvl(&unused, value);
}

static bool set_noreboot(struct cmdline *c, char *value)
{
	return parse_bool(value, &c->noreboot);
}

/* [<n>|-<n>][,scan[=<bool>]]: the boot module that is microcode. */
static bool set_ucode(struct cmdline *c, char *value)
{
	unsigned n;

	while (*value) {
		const char *part = take_part(&value);
		bool below = part[0] == '-';

		if (parse_unsigned(part + below, BOOT_MAX_MODULES, &n))
			c->ucode_module = below ? -(int)n : (int)n;
		else if (!parse_switch(part, "scan", &c->ucode_scan))
			return false;
	}
	return true;
}

static bool set_apicv(struct cmdline *c, char *value)
{
	bool on;

	if (!parse_bool(value, &on))
		return false;
	c->apicv = on ? APICV_ON : APICV_OFF;
	return true;
}

const char *const speculation_words[SPEC_MEASURES] = {
	"ibpb", "ibpb-entry", "ibrs", "ssbd", "verw", "l1d-flush", "exec-4k",
};

static bool set_spec_word(struct cmdline *c, const char *part)
{
	bool on;

	for (unsigned i = 0; i < SPEC_MEASURES; i++)
		if (parse_switch(part, speculation_words[i], &on) ||
		    (BIT(i) == SPEC_VERW && parse_switch(part, "md-clear", &on))) {
			c->spec_forced = (c->spec_forced & ~BIT(i)) | (on ? BIT(i) : 0);
			c->spec_forbidden = (c->spec_forbidden & ~BIT(i)) | (on ? 0 : BIT(i));
			return true;
		}
	return parse_switch(part, "eager-fpu", &on) && on; /* always */
}

/* [<bool>][,<word>]...: what is not known is told and left out. */
static bool set_spec_ctrl(struct cmdline *c, char *value)
{
	bool all;

	while (*value) {
		const char *part = take_part(&value);

		if (parse_bool(part, &all)) {
			c->spec_forced = 0;
			c->spec_forbidden = all ? 0 : SPEC_ALL;
		} else if (!set_spec_word(c, part)) {
			log_warn("command line: spec-ctrl: \"%s\" is not known, ignored", part);
		}
	}
	return true;
}

/* [<boolean>][,force|required][,verbose] */
static bool set_iommu(struct cmdline *c, char *value)
{
	bool on = true;

	c->iommu_required = c->iommu_verbose = false;
	while (*value) {
		const char *part = take_part(&value);

		if (strcmp(part, "force") == 0 || strcmp(part, "required") == 0)
			c->iommu_required = true;
		else if (strcmp(part, "verbose") == 0)
			c->iommu_verbose = true;
		else if (!parse_bool(part, &on))
			return false;
	}
	c->iommu_off = !on;
	return on || !c->iommu_required;
}

/* Who scrubs memory that was never used: idle CPUs, or (off) who hands it out. */
static bool set_bootscrub(struct cmdline *c, char *value)
{
	bool idle = strcmp(value, "idle") == 0, on = false;

	if (!idle && (!parse_bool(value, &on) || on))
		return false;
	c->bootscrub = idle ? BOOTSCRUB_IDLE : BOOTSCRUB_OFF;
	return true;
}

/* <what>[,<CPU>]: x86/crash_test.c knows what. */
static bool set_crash_test(struct cmdline *c, char *value)
{
	const char *what = take_part(&value);

	c->crash_test_cpu = 0;
	return *what &&
	       str_copy(c->crash_test, what, sizeof(c->crash_test)) < sizeof(c->crash_test) &&
	       parse_optional(take_part(&value), CPUS_MAX, &c->crash_test_cpu) && !*value;
}

static const struct option {
	const char *name;
	bool (*set)(struct cmdline *c, char *value);
	unsigned max; /* without set: of the number, which is there in struct cmdline */
	size_t number;
} options[] = {
	{ .name = "console", .set = set_console },
	{ .name = "com1", .set = set_com1 },
	{ .name = "dom0_mem", .set = set_dom0_mem },
	{ .name = "dom0_max_vcpus", .set = set_dom0_max_vcpus },
	/* Until domain 0 must renew its first watchdog, as SCHEDOP_watchdog does. */
	{ .name = "dom0_watchdog", .max = DAY, .number = offsetof(struct cmdline, dom0_watchdog) },
	{ .name = "maxcpus", .max = CPUS_MAX, .number = offsetof(struct cmdline, maxcpus) },
	{ .name = "watchdog", .set = set_watchdog },
	{ .name = "watchdog_timeout", .set = set_watchdog_timeout },
	{ .name = "nmi", .set = set_nmi },
	{ .name = "loglvl", .set = set_loglvl },
	{ .name = "guest_loglvl", .set = set_guest_loglvl },
	{ .name = "noreboot", .set = set_noreboot },
	{ .name = "apicv", .set = set_apicv },
	{ .name = "spec-ctrl", .set = set_spec_ctrl },
	{ .name = "ucode", .set = set_ucode },
	{ .name = "iommu", .set = set_iommu },
	{ .name = "bootscrub", .set = set_bootscrub },
	{ .name = "crash_test", .set = set_crash_test },
};

static void option_take(struct cmdline *out, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : strlen(text);
	struct cmdline changed = *out;
	char value[OPTION_MAX];

	str_copy(value, equals ? equals + 1 : "", sizeof(value));
	for (const struct option *o = options; o < options + ARRAY_SIZE(options); o++) {
		if (strlen(o->name) != n || strncmp(text, o->name, n) != 0)
			continue;
		if (o->set ? o->set(&changed, value)
			   : parse_unsigned(value, o->max, (void *)((char *)&changed + o->number)))
			*out = changed;
		else
			log_warn("command line: bad value in \"%s\", ignored", text);
		return;
	}
	log_warn("command line: unknown option \"%s\", ignored", text);
}

void cmdline_parse(struct cmdline *out, const char *text)
{
	char option[OPTION_MAX];
	size_t n = 0;

	for (;; text++) {
		if (*text && *text != ' ' && *text != '\t') {
			if (n < sizeof(option) - 1)
				option[n++] = *text;
			continue;
		}
		option[n] = '\0';
		if (n)
			option_take(out, option);
		n = 0;
		if (!*text)
			return;
	}
}
