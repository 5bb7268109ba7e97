// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database: what is kept comes back, older schemas get new columns, damage is put aside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/database.h"

static char path[64];

static void open_new(void)
{
	struct reason report, why;

	assert_int_equal(database_open(path, &report, &why), 0);
}

static int setup(void **state)
{
	strcpy(path, "/tmp/socle-unit-XXXXXX");
	assert_non_null(mkdtemp(path));
	strcat(path, "/state.db");
	return 0;
}

static void store_clear(void)
{
	store_begin();
	for (size_t i = 0; i < model_nr_classes; i++)
		while (store_class_at(i)->nr)
			object_destroy(store_class_at(i)->objects[0]);
	store_loaded();
}

static int teardown(void **state)
{
	char command[128];

	store_clear();
	*strrchr(path, '/') = '\0';
	snprintf(command, sizeof(command), "rm -rf %s", path);
	return system(command);
}

static void commit(void)
{
	struct reason why;

	assert_int_equal(store_commit(&why), 0);
}

static void make_some(void)
{
	struct object *vm, *vbd;

	store_begin();
	vm = object_create("VM", "11111111-2222-4333-8444-555555555555");
	vbd = object_create("VBD", NULL);
	set_text(vm, "name_label", "it's \"kept\"");
	set_int(vm, "memory_static_max", INT64_MAX);
	set_int(vm, "domid", 9);
	set_entry(vm, "other_config", "key", "välue");
	set_text(vm, "power_state", "Running");
	set_ref(vbd, "VM", vm);
	commit();
}

static void reopen(void)
{
	struct reason why;

	database_close();
	store_clear();
	open_new();
	assert_int_equal(database_load(&why), 0);
}

static void what_is_kept_comes_back(void **state)
{
	const struct object *vm;

	open_new();
	make_some();
	reopen();
	vm = object_by_uuid("VM", "11111111-2222-4333-8444-555555555555");
	assert_non_null(vm);
	assert_string_equal(get_text(vm, "name_label"), "it's \"kept\"");
	assert_int_equal(get_int(vm, "memory_static_max"), INT64_MAX);
	assert_int_equal(get_int(vm, "domid"), -1); /* live */
	assert_string_equal(get_entry(vm, "other_config", "key"), "välue");
	assert_string_equal(get_text(vm, "power_state"), "Running");
	assert_int_equal(get_many(vm, "VBDs")->nr, 1);
	database_close();
}

static void what_is_destroyed_does_not(void **state)
{
	open_new();
	make_some();
	store_begin();
	object_destroy(store_class_of("VM")->objects[0]);
	commit();
	reopen();
	assert_int_equal(store_class_of("VM")->nr, 0);
	assert_null(get_ref(store_class_of("VBD")->objects[0], "VM"));
	database_close();
}

static void an_older_schema_gets_columns(void **state)
{
	struct reason why;

	open_new();
	make_some();
	assert_int_equal(database_run("ALTER TABLE VM DROP COLUMN \"order\"", NULL), 0);
	assert_int_equal(database_run("ALTER TABLE VM ADD COLUMN of_a_newer_version", NULL), 0);
	database_close();
	store_clear();
	open_new();
	assert_int_equal(database_load(&why), 0);
	assert_int_equal(store_class_of("VM")->nr, 1);
	assert_int_equal(get_int(store_class_of("VM")->objects[0], "order"), 0);
	database_close();
}

static void nonsense_in_a_column_becomes_the_default(void **state)
{
	open_new();
	make_some();
	database_run("UPDATE VM SET power_state = 'Flying', other_config = '{', VCPUs_max = 'x'",
		     NULL);
	reopen();
	assert_string_equal(get_text(store_class_of("VM")->objects[0], "power_state"), "Halted");
	assert_int_equal(get_int(store_class_of("VM")->objects[0], "VCPUs_max"), 1);
	database_close();
}

static void what_is_no_database_is_put_aside(void **state)
{
	struct reason report, why;
	char pattern[80];
	FILE *f = fopen(path, "w");
	glob_t found;

	fprintf(f, "%01000d", 0);
	fclose(f);
	assert_int_equal(database_open(path, &report, &why), 0);
	assert_non_null(strstr(report.text, "damaged"));
	snprintf(pattern, sizeof(pattern), "%s.damaged-*", path);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	globfree(&found);
	make_some();
	database_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_destroyed_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(an_older_schema_gets_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(nonsense_in_a_column_becomes_the_default, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_no_database_is_put_aside, setup, teardown),
	};

	store_open();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
