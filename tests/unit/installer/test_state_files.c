// SPDX-License-Identifier: GPL-2.0-or-later
/* Names out of a backup: which have a place on the host, and that no other has. */
#include "toolstack/test.h"

#include "lib/state_files.h"

static const char *place(const char *name)
{
	static char path[STATE_FILE_PATH];
	struct state_file f;

	return state_file_find(name, &f, path) ? path : NULL;
}

static void known_ones(void **state)
{
	assert_string_equal(place("state.db"), "/var/lib/socle/state.db");
	assert_string_equal(place("hostname"), "/etc/hostname");
	assert_string_equal(place("storage/0d6fc6a4-4c5e-4d0e-9d1f-0123456789ab.sr"),
			    "/var/lib/storage/0d6fc6a4-4c5e-4d0e-9d1f-0123456789ab.sr");
}

static void all_others(void **state)
{
	static const char *const names[] = {
		"",
		"shadow",
		"../etc/shadow",
		"/etc/shadow",
		"state.db/",
		"storage/",
		"storage/../../../etc/shadow-0123456789abcd.sr",
		"storage/0d6fc6a4-4c5e-4d0e-9d1f-0123456789ab.sr/",
		"storage/0d6fc6a4/4c5e-4d0e-9d1f-0123456789ab.sr",
		"storage/0d6fc6a4-4c5e-4d0e-9d1f-0123456789ab.db",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(place(names[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_ones),
		cmocka_unit_test(all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
