// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System time: the TSC, measured once against the ACPI PM timer (or the PIT where there is none),
 * as nanoseconds since boot. And the CMOS clock, read once for the time of day.
 */
#include "cpu.h"
#include "lib.h"
#include "io.h"
#include "log.h"
#include "private.h"
#include "processor.h"

struct time_scale time_scale;

#define PM_TIMER_HZ      3579545u
#define PIT_HZ           1193182u
#define MEASURE_FRACTION 50u /* of a second */

time_ns_t tsc_to_time(uint64_t tsc)
{
	uint64_t delta = tsc - time_scale.tsc_base;

	delta = time_scale.shift < 0 ? delta >> -time_scale.shift : delta << time_scale.shift;
	return mul_shift32(delta, time_scale.mul);
}

time_ns_t time_now(void)
{
	return time_scale.mul ? tsc_to_time(rdtsc()) : 0;
}

uint32_t clock_sample(uint32_t (*read)(void), uint64_t *tsc)
{
	uint64_t best = ~0UL;
	uint32_t value = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint64_t before = rdtsc(), after;
		uint32_t t = read();

		after = rdtsc();
		if (after - before < best) {
			best = after - before;
			*tsc = before + best / 2;
			value = t;
		}
	}
	return value;
}

static uint32_t pm_timer(void)
{
	return in32((uint16_t)acpi.pm_timer) & 0xffffff;
}

static uint64_t measure_pm_timer(void)
{
	uint64_t tsc0 = 0, tsc1 = 0;
	uint32_t t0 = clock_sample(pm_timer, &tsc0), t1;

	for (unsigned tries = 0; tries < 10000000; tries++)
		if (((pm_timer() - t0) & 0xffffff) >= PM_TIMER_HZ / MEASURE_FRACTION)
			break;
	t1 = clock_sample(pm_timer, &tsc1);
	return t1 == t0 ? 0 : mul_div(tsc1 - tsc0, PM_TIMER_HZ, (t1 - t0) & 0xffffff);
}

/* Channel 2 in mode 0: its output, bit 5 of port 0x61, rises when the count is over. */
static uint64_t measure_pit(void)
{
	uint16_t count = PIT_HZ / MEASURE_FRACTION;
	uint64_t from;

	out8(0x61, (in8(0x61) & ~2u) | 1);
	out8(0x43, 0xb0);
	out8(0x42, (uint8_t)count);
	out8(0x42, (uint8_t)(count >> 8));
	from = rdtsc();
	for (unsigned tries = 0; tries < 10000000; tries++)
		if (in8(0x61) & 0x20)
			return mul_div(rdtsc() - from, PIT_HZ, count);
	return 0;
}

/* mul and shift such that ns = (tsc << shift) * mul >> 32, with mul's top bit set. */
static void scale_from_hz(uint64_t hz)
{
	uint64_t mul = mul_div(SECONDS(1), 1UL << 32, hz);
	int8_t shift = 0;

	while (mul >= 1UL << 32) {
		mul >>= 1;
		shift++;
	}
	while (mul < 1UL << 31) {
		mul <<= 1;
		shift--;
	}
	time_scale.tsc_hz = hz;
	time_scale.shift = shift;
	time_scale.mul = (uint32_t)mul;
}

static uint8_t cmos_read(uint8_t reg)
{
	out8(0x70, reg);
	return in8(0x71);
}

static unsigned from_bcd(uint8_t v, bool bcd)
{
	return bcd ? (v >> 4) * 10u + (v & 15) : v;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t days_of_date(unsigned y, unsigned m, unsigned d)
{
	unsigned a = m <= 2;
	uint64_t year = y - a, era_year = year % 400, month = m + 12 * a - 3;

	return (int64_t)(year / 400 * 146097 + era_year * 365 + era_year / 4 - era_year / 100 +
			 (153 * month + 2) / 5 + d - 1) -
	       719468;
}

uint64_t cmos_time(void)
{
	static const uint8_t reg[6] = { 0, 2, 4, 7, 8, 9 };
	uint8_t r[6] = { 0 }, status = cmos_read(0xb);
	bool bcd = !(status & 4), same = false;
	unsigned hour;

	/* Until two in a row are the same: it may be counting on while it is read. */
	for (unsigned tries = 0; tries < 100 && !same; tries++) {
		same = tries > 0;
		for (unsigned i = 0; i < 6; i++) {
			uint8_t now = cmos_read(reg[i]);

			same &= now == r[i];
			r[i] = now;
		}
	}
	hour = from_bcd(r[2] & 0x7f, bcd);
	if (!(status & 2))
		hour = hour % 12 + (r[2] & 0x80 ? 12 : 0);
	return (uint64_t)days_of_date(2000 + from_bcd(r[5], bcd), from_bcd(r[4], bcd),
				      from_bcd(r[3], bcd)) *
		       86400 +
	       hour * 3600 + from_bcd(r[1], bcd) * 60 + from_bcd(r[0], bcd);
}

void time_init(void)
{
	uint64_t hz = acpi.pm_timer ? measure_pm_timer() : 0;

	if (!hz)
		hz = measure_pit();
	if (hz < 10000000)
		panic("cannot measure the TSC: %lu Hz found; neither the PM timer nor the PIT runs",
		      hz);
	scale_from_hz(hz);
	time_scale.tsc_base = rdtsc();
	log_info("TSC %lu.%03lu MHz", hz / 1000000, hz / 1000 % 1000);
}
