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

#define VALUE_MAX 128u

/* --- values ----------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int digit_value(char c)
{
	if (is_digit(c))
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
	unsigned shift = 10;

	if (!take_number(s, UINT64_MAX, out))
		return false;
	switch (**s | 0x20) {
	case 'b':
		shift = 0;
		(*s)++;
		break;
	case 'k':
		shift = 10;
		(*s)++;
		break;
	case 'm':
		shift = 20;
		(*s)++;
		break;
	case 'g':
		shift = 30;
		(*s)++;
		break;
	case 't':
		shift = 40;
		(*s)++;
		break;
	default: break;
	}
	return !mul_overflows(*out, BIT(shift), out);
}

/* The next part of a list separated by commas; false at its end. */
static bool take_part(const char **s, char *part, size_t size)
{
	size_t n = 0;

	if (!**s)
		return false;
	for (; **s && **s != ','; (*s)++)
		if (n < size - 1)
			part[n++] = **s;
	part[n] = '\0';
	if (**s == ',')
		(*s)++;
	return true;
}

static bool parse_unsigned(const char *value, unsigned max, unsigned *out)
{
	uint64_t n;

	if (!take_number(&value, max, &n) || *value)
		return false;
	*out = (unsigned)n;
	return true;
}

static bool parse_bool(const char *value, bool *out)
{
	static const char *const yes[] = { "", "1", "yes", "on", "true", "enable" };
	static const char *const no[] = { "0", "no", "off", "false", "disable" };

	for (unsigned i = 0; i < ARRAY_SIZE(yes); i++)
		if (strcmp(value, yes[i]) == 0)
			return *out = true;
	for (unsigned i = 0; i < ARRAY_SIZE(no); i++)
		if (strcmp(value, no[i]) == 0)
			return !(*out = false);
	return false;
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

/* --- options: each returns false for a value that it cannot use, having changed nothing ------- */

static bool set_console(struct cmdline *c, const char *value)
{
	bool com1 = false, vga = false;
	char part[16];

	while (take_part(&value, part, sizeof(part))) {
		if (strcmp(part, "com1") == 0)
			com1 = true;
		else if (strcmp(part, "vga") == 0)
			vga = true;
		else if (strcmp(part, "none") != 0)
			return false;
	}
	c->console_com1 = com1;
	c->console_vga = vga;
	return true;
}

/* <baud>|auto[,8n1[,<port>[,<irq>]]] */
static bool set_com1(struct cmdline *c, const char *value)
{
	unsigned baud = c->com1_baud, port = c->com1_port, irq = c->com1_irq;
	char part[16];

	if (take_part(&value, part, sizeof(part))) {
		if (strcmp(part, "auto") == 0)
			baud = 0;
		else if (!parse_unsigned(part, 115200, &baud))
			return false;
	}
	if (take_part(&value, part, sizeof(part)) && part[0] && strcmp(part, "8n1") != 0)
		return false;
	if (take_part(&value, part, sizeof(part)) && part[0] &&
	    (!parse_unsigned(part, 0xfff8, &port) || !port))
		return false;
	if (take_part(&value, part, sizeof(part)) && part[0] && !parse_unsigned(part, 255, &irq))
		return false;
	if (*value)
		return false;
	c->com1_baud = baud;
	c->com1_port = (uint16_t)port;
	c->com1_irq = irq;
	return true;
}

/*
 * [<size>][,min:<size>][,max:<size>]: the size held within its limits; of limits alone, the upper.
 */
static bool set_dom0_mem(struct cmdline *c, const char *value)
{
	uint64_t size = 0, low = 0, high = UINT64_MAX;
	char part[32];

	while (take_part(&value, part, sizeof(part))) {
		bool is_min = strncmp(part, "min:", 4) == 0, is_max = strncmp(part, "max:", 4) == 0;
		const char *s = part + (is_min || is_max ? 4 : 0);

		if (!take_size(&s, is_min ? &low : is_max ? &high : &size) || *s)
			return false;
	}
	if (!size)
		size = high == UINT64_MAX ? low : high;
	if (!size || low > high)
		return false;
	c->dom0_mem = MIN(MAX(size, low), high);
	return true;
}

/* <n>, or <min>-<max> with either left out: the machine is given the upper end. */
static bool set_dom0_max_vcpus(struct cmdline *c, const char *value)
{
	uint64_t low = 0, high = 0;
	bool range;

	if (!*value || (is_digit(*value) && !take_number(&value, 8192, &low)))
		return false;
	range = *value == '-';
	if (range)
		value++;
	if (is_digit(*value) && !take_number(&value, 8192, &high))
		return false;
	if (*value || (range && high && low > high))
		return false;
	c->dom0_max_vcpus = (unsigned)(range ? high : low);
	return true;
}

/* Seconds that domain 0 has until it must renew its first watchdog, as SCHEDOP_watchdog does. */
static bool set_dom0_watchdog(struct cmdline *c, const char *value)
{
	return parse_unsigned(value, 86400, &c->dom0_watchdog);
}

#define WATCHDOG_SECONDS 5u

static bool set_watchdog(struct cmdline *c, const char *value)
{
	bool on = true;

	if (strcmp(value, "force") != 0 && !parse_bool(value, &on))
		return false;
	if (!on || !c->watchdog)
		c->watchdog = on ? WATCHDOG_SECONDS : 0;
	return true;
}

/* A CPU is asked after one second, and needs another one to answer. */
static bool set_watchdog_timeout(struct cmdline *c, const char *value)
{
	if (!parse_unsigned(value, 86400, &c->watchdog))
		return false;
	if (c->watchdog == 1)
		c->watchdog = 2;
	return true;
}

static bool set_nmi(struct cmdline *c, const char *value)
{
	static const char *const words[] = { "ignore", "dom0", "fatal" };

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(value, words[i]) == 0) {
			c->nmi = i;
			return true;
		}
	return false;
}

static bool set_maxcpus(struct cmdline *c, const char *value)
{
	return parse_unsigned(value, 8192, &c->maxcpus);
}

/* <level>[/<level of rate-limited messages>]: ours are all limited, so the first one counts. */
static bool set_loglvl(struct cmdline *c, const char *value)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{ "none", -1 },       { "error", LOG_ERR },   { "warning", LOG_WARN },
		{ "info", LOG_INFO }, { "debug", LOG_DEBUG }, { "all", LOG_DEBUG },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(levels); i++) {
		size_t n = strlen(levels[i].name);

		if (strncmp(value, levels[i].name, n) == 0 && (!value[n] || value[n] == '/')) {
			c->log_level = levels[i].level;
			return true;
		}
	}
	return false;
}

/* What guests say goes by loglvl as well. */
static bool set_guest_loglvl(struct cmdline *c, const char *value)
{
	struct cmdline unused = *c;

	return set_loglvl(&unused, value);
}

static bool set_noreboot(struct cmdline *c, const char *value)
{
	return parse_bool(value, &c->noreboot);
}

/* [<n>|-<n>][,scan[=<bool>]]: the boot module that is microcode. */
static bool set_ucode(struct cmdline *c, const char *value)
{
	int module = c->ucode_module;
	bool scan = c->ucode_scan;
	char part[16];
	unsigned n;

	while (take_part(&value, part, sizeof(part))) {
		bool below = part[0] == '-';

		if (parse_unsigned(part + below, BOOT_MAX_MODULES, &n))
			module = below ? -(int)n : (int)n;
		else if (!parse_switch(part, "scan", &scan))
			return false;
	}
	c->ucode_module = module;
	c->ucode_scan = scan;
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
static bool set_spec_ctrl(struct cmdline *c, const char *value)
{
	char part[32];
	bool all;

	while (take_part(&value, part, sizeof(part))) {
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
static bool set_iommu(struct cmdline *c, const char *value)
{
	bool on = true, required = false, verbose = false;
	char part[16];

	while (take_part(&value, part, sizeof(part))) {
		if (strcmp(part, "force") == 0 || strcmp(part, "required") == 0)
			required = true;
		else if (strcmp(part, "verbose") == 0)
			verbose = true;
		else if (!parse_bool(part, &on))
			return false;
	}
	if (!on && required)
		return false;
	c->iommu_off = !on;
	c->iommu_required = required;
	c->iommu_verbose = verbose;
	return true;
}

/* <what>[,<CPU>]: x86/crash_test.c knows what. */
static bool set_crash_test(struct cmdline *c, const char *value)
{
	unsigned cpu = 0;
	char part[sizeof(c->crash_test)], number[8];

	if (strlen(value) >= sizeof(part) + sizeof(number) ||
	    !take_part(&value, part, sizeof(part)) || !part[0])
		return false;
	if (take_part(&value, number, sizeof(number)) && !parse_unsigned(number, 8192, &cpu))
		return false;
	if (*value)
		return false;
	str_copy(c->crash_test, part, sizeof(c->crash_test));
	c->crash_test_cpu = cpu;
	return true;
}

static const struct option {
	const char *name;
	bool (*set)(struct cmdline *c, const char *value);
} options[] = {
	{ "console", set_console },
	{ "com1", set_com1 },
	{ "dom0_mem", set_dom0_mem },
	{ "dom0_max_vcpus", set_dom0_max_vcpus },
	{ "dom0_watchdog", set_dom0_watchdog },
	{ "maxcpus", set_maxcpus },
	{ "watchdog", set_watchdog },
	{ "watchdog_timeout", set_watchdog_timeout },
	{ "nmi", set_nmi },
	{ "loglvl", set_loglvl },
	{ "guest_loglvl", set_guest_loglvl },
	{ "noreboot", set_noreboot },
	{ "spec-ctrl", set_spec_ctrl },
	{ "ucode", set_ucode },
	{ "iommu", set_iommu },
	{ "crash_test", set_crash_test },
};

static void parse_word(struct cmdline *out, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);

	for (unsigned i = 0; i < ARRAY_SIZE(options); i++) {
		if (strlen(options[i].name) != n || strncmp(word, options[i].name, n) != 0)
			continue;
		if (!options[i].set(out, equals ? equals + 1 : ""))
			log_warn("command line: bad value in \"%s\", ignored", word);
		return;
	}
	log_warn("command line: unknown option \"%s\", ignored", word);
}

void cmdline_parse(struct cmdline *out, const char *text)
{
	char word[VALUE_MAX];

	while (*text) {
		size_t n = 0;

		for (; *text && *text != ' ' && *text != '\t'; text++)
			if (n < sizeof(word) - 1)
				word[n++] = *text;
		word[n] = '\0';
		if (n)
			parse_word(out, word);
		while (*text == ' ' || *text == '\t')
			text++;
	}
}
