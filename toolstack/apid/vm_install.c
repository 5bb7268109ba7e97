// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What clients write in other_config. Whoever wants to begin once more writes it again.
 */
#include "apid/vm_install.h"

#include <string.h>

#define WANTED "install-repository"
#define LAST   "last-install-repository"

/* Else it is "cdrom", which needs nothing from here. */
static bool is_url(const char *repository)
{
	static const char *const schemes[] = { "http:", "https:", "nfs:" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncmp(repository, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

static void put(json_t *install, const char *name, const char *text)
{
	if (*text)
		json_object_set_new(install, name, json_string(text));
}

void install_put(json_t *args, const struct object *vm)
{
	const char *repository = get_entry(vm, "other_config", WANTED);
	const char *distro = get_entry(vm, "other_config", "install-distro");
	json_t *install;

	if (!is_url(repository))
		return;
	install = json_pack("{s: s, s: s}", "repository", repository, "distro",
			    *distro ? distro : "unknown");
	put(install, "release", get_entry(vm, "other_config", "debian-release"));
	put(install, "args", get_text(vm, "PV_args"));
	json_object_set_new(args, "install", install);
}

void install_begun(struct object *vm)
{
	const char *repository = get_entry(vm, "other_config", WANTED);

	if (!is_url(repository))
		return;
	set_entry(vm, "other_config", LAST, repository);
	drop_entry(vm, "other_config", WANTED);
}
