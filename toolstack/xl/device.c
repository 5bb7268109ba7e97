// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arguments and messages of the commands about devices.
 */
#include "xl/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vm/vm_devices.h"

bool device_domain(const char *name, domid_t *domid)
{
	return xl_guest(name, domid, "it has the machine's devices, and no others");
}

bool device_store(struct store *s)
{
	if (store_open(s) == 0)
		return true;
	log_error("%s: devices need xenstored: %s", xl_command, strerror(errno));
	return false;
}

char *device_spec(int nr, char **words)
{
	struct buf spec = { 0 };

	buf_append(&spec, "", 0);
	for (int i = 0; i < nr; i++)
		buf_printf(&spec, "%s%s", i ? "," : "", words[i]);
	if (spec.failed) {
		log_error("%s: out of memory", xl_command);
		buf_free(&spec);
	}
	return spec.data;
}

bool device_take_option(int *argc, char **argv, const char *option, const char *letter)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], option) != 0 && strcmp(argv[i], letter) != 0)
			continue;
		memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof(*argv));
		(*argc)--;
		return true;
	}
	return false;
}

int device_attach(domid_t domid, struct device_list *list)
{
	struct reason why;

	return vm_attach(domid, list, &why) < 0 ? xl_failed(&why) : XL_OK;
}

int device_detach(domid_t domid, enum device_kind kind, uint32_t devid, bool force)
{
	struct reason why;

	return devices_detach(domid, kind, devid, force, &why) < 0 ? xl_failed(&why) : XL_OK;
}

int device_list_domains(int nr, char **names, enum device_kind kind,
			bool (*callback)(void *arg, struct store *s, const struct device_id *id))
{
	int rc = XL_OK;
	struct store s;
	domid_t domid;

	if (!device_store(&s))
		return XL_FAILED;
	for (int i = 0; i < nr; i++) {
		if (xl_domain(names[i], &domid))
			device_each(&s, kind, domid, callback, NULL);
		else
			rc = XL_FAILED;
	}
	store_close(&s);
	return rc;
}
