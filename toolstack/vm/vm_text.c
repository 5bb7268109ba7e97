// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's configuration as text: reading one, and putting together what is kept of a domain.
 */
#include "vm/vm_text.h"

#include <errno.h>
#include <string.h>

int vm_text_parse(struct vm_config *vm, const char *source, const char *text, struct reason *why)
{
	struct config parsed = { 0 };
	int rc = config_parse(&parsed, source, (struct bytes){ (uint8_t *)text, strlen(text) },
			      false, why);

	if (rc == 0)
		rc = vm_config_read(vm, &parsed, why);
	config_free(&parsed);
	return rc;
}

int vm_text_load(domid_t domid, struct vm_state *state, struct buf *text, struct reason *why)
{
	if (vm_state_load(state, domid) < 0 || vm_state_load_config(text, domid) < 0)
		return reason_errno(why, "the configuration of domain %u is not known", domid);
	buf_printf(text, "name = \"%s\"\nuuid = \"%s\"\n", state->name, state->uuid);
	return text->failed ? reason_set(why, "out of memory") : 0;
}
