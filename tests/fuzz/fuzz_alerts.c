// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts that alerts are made from, of any bytes: thresholds of clients, lines of the kernel.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "alerts/kernel_log.h"
#include "alerts/level.h"
#include "alerts/perfmon.h"

static void thresholds(const char *text)
{
	static const struct metrics_sample samples[] = { { "cpu0", 0.5 }, { "vif_0_rx", 1e9 } };
	struct reason why = { "" };
	struct perfmon *p = perfmon_parse(text, false, &why);
	struct buf body = { 0 };

	MUST(p || why.text[0]);
	for (size_t i = 0; p && i < p->nr; i++) {
		struct perfmon_variable *v = &p->variables[i];
		double value = perfmon_value(v, samples, 2);

		MUST(v->priority >= 1 && v->priority <= 5);
		if (perfmon_alarm(v, value, 1000))
			perfmon_body(v, value, &body);
	}
	buf_free(&body);
	perfmon_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), device[KERNEL_DEVICE];
	struct levels l = levels_usual;

	MUST(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (kernel_disk_error(text, size, device))
		MUST(strlen(device) < KERNEL_DEVICE && device[0]);
	if (levels_parse(text, &l))
		MUST(l.at[0] < l.at[1] && l.at[1] < l.at[2]);
	thresholds(text);
	free(text);
	return 0;
}
