// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's command line, as a boot loader passes it. */
#include "fuzz.h"

#include <string.h>

#include "boot_info.h"
#include "log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cmdline out = { .log_level = LOG_INFO };
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	cmdline_parse(&out, text);
	free(text);
	MUST(out.log_level >= -1 && out.log_level <= LOG_DEBUG);
	MUST(out.com1_baud <= 115200);
	MUST(out.maxcpus <= 8192 && out.dom0_max_vcpus <= 8192);
	return 0;
}
