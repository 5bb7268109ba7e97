// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verbs' tables against the model: what a row names is there, and its arguments are those of
 * the method. Then what rows send, and the words of errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "xe/api.h"
#include "xe/die.h"
#include "xe/verbs.h"
#include "xe_fakes.h"

static const struct model_method *method_of(const char *name)
{
	const char *dot = strchr(name, '.');
	char class[40];

	snprintf(class, sizeof(class), "%.*s", (int)(dot - name), name);
	return model_class_find(class) ? model_method_find(model_class_find(class), dot + 1) : NULL;
}

static void args_match(const struct verb *v, const struct model_method *m)
{
	size_t given = v->kind ? 1 : 0, needed = model_method_required(m);
	const struct kind fields = { .class = m->params[given].type ? m->params[given].type->name
								    : NULL };
	const char *args = v->args;
	struct verb_arg arg;
	struct column c;

	if (m->params[given].name && m->params[given].type->kind == MODEL_RECORD) {
		while (verb_arg_next(&args, &arg)) {
			if (!column_find(&fields, arg.name, &c))
				fail_msg("%s: no field %s", v->name, arg.name);
		}
		return;
	}
	while (verb_arg_next(&args, &arg)) {
		/* Not the method's: how xe goes about it, and what the session is told. */
		if (strncmp(arg.name, "--", 2) == 0 || strcmp(arg.name, "confirm-within") == 0)
			continue;
		if (given >= model_method_params(m))
			fail_msg("%s: more arguments than %s has", v->name, m->name);
		assert_int_equal(arg.map, m->params[given].type->kind == MODEL_MAP);
		given++;
	}
	if (given < needed)
		fail_msg("%s: %zu arguments, %s needs %zu", v->name, given, m->name, needed);
}

static void rows_name_methods(void **state)
{
	for (size_t i = 0; i < nr_all_verbs; i++) {
		for (const struct verb *v = all_verbs[i]; v->name; v++) {
			if (v->kind)
				assert_non_null(kind_find(v->kind));
			assert_ptr_equal(verb_find(v->name), v); /* twice would hide one */
			assert_true(!v->run == !!v->method);
			if (v->run)
				continue;
			if (!method_of(v->method) || (v->forced && !method_of(v->forced)))
				fail_msg("%s: the model has no %s", v->name, v->method);
			args_match(v, method_of(v->method));
		}
	}
}

static void arguments_in_rows(void **state)
{
	const char *args = "a= [b=] [c=yes] [d:] [--force]";
	struct verb_arg arg;

	assert_true(verb_arg_next(&args, &arg));
	assert_string_equal(arg.name, "a");
	assert_true(!arg.optional && !arg.map && !arg.preset_len);
	assert_true(verb_arg_next(&args, &arg) && arg.optional && !arg.preset_len);
	assert_true(verb_arg_next(&args, &arg) && arg.preset_len == 3);
	assert_memory_equal(arg.preset, "yes", 3);
	assert_true(verb_arg_next(&args, &arg) && arg.map);
	assert_string_equal(arg.name, "d");
	assert_true(verb_arg_next(&args, &arg));
	assert_string_equal(arg.name, "--force");
	assert_false(verb_arg_next(&args, &arg));
}

/* ---- what is sent ---------------------------------------------------------------------------- */

static int setup(void **state)
{
	fake_reset();
	objects_forget();
	fake_answer("VM.get_by_uuid", json_string("OpaqueRef:1"));
	fake_answer("VM.get_record", json_pack("{s:s}", "uuid", "u1"));
	fake_answer("pool.get_all_records",
		    json_pack("{s:{s:s}}", "OpaqueRef:p", "master", "OpaqueRef:h"));
	return 0;
}

static struct request r;
static char printed[256];

/* True: it was done. */
static bool run(const char *command, const char *line)
{
	static char copy[1024];
	bool failed;

	memset(&r, 0, sizeof(r));
	r.command = command;
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *at = copy, *word; (word = strsep(&at, " "));) {
		char *value = strchr(word, '=');

		if (value) {
			*value++ = '\0';
			request_put(&r, word, value);
		}
	}
	legacy_translate(&r);
	fake_print();
	failed = FAILS(verb_run(NULL, verb_find(r.command), &r));
	snprintf(printed, sizeof(printed), "%s", fake_printed());
	return !failed;
}

static void on_one_object(void **state)
{
	fake_answer("VM.clean_shutdown", json_string(""));
	fake_answer("VM.hard_shutdown", json_string(""));
	assert_true(run("vm-shutdown", "uuid=u1"));
	assert_non_null(strstr(fake_calls(), "VM.clean_shutdown [\"OpaqueRef:1\"]\n"));
	assert_true(run("vm-shutdown", "uuid=u1 force=true"));
	assert_non_null(strstr(fake_calls(), "VM.hard_shutdown [\"OpaqueRef:1\"]\n"));
	assert_false(run("vm-shutdown", "uuid=u1 colour=blue"));
	assert_int_equal(fake_status, EXIT_USAGE);
	assert_false(run("vm-clone", "uuid=u1"));
	assert_non_null(strstr(fake_words, "new-name-label="));
}

static void defaults_and_maps(void **state)
{
	fake_answer("SR.create", json_string("OpaqueRef:s"));
	fake_answer("SR.get_uuid", json_string("s1"));
	assert_true(run("sr-create", "name-label=disks type=lvm device-config:device=/dev/sdb "
				     "device-config:a=b"));
	assert_non_null(strstr(fake_calls(),
			       "SR.create [\"OpaqueRef:h\",{\"device\":\"/dev/sdb\",\"a\":\"b\"},0,"
			       "\"disks\",\"\",\"lvm\",\"user\",false,{}]\n"));
	assert_false(run("sr-create", "name-label=disks"));
	assert_false(run("sr-create", "name-label=a type=lvm shared=perhaps"));
}

/* How long it waits is the session's affair, and no parameter of the method. */
static void changes_to_confirm(void **state)
{
	const char *with = "session network-confirm-within=60\n";

	fake_answer("VLAN.get_by_uuid", json_string("OpaqueRef:v"));
	fake_answer("VLAN.get_record", json_pack("{s:s}", "uuid", "v1"));
	fake_answer("VLAN.destroy", json_string(""));
	assert_true(run("vlan-destroy", "uuid=v1 confirm-within=60"));
	assert_memory_equal(fake_calls(), with, strlen(with));
	assert_non_null(strstr(fake_calls(), "VLAN.destroy [\"OpaqueRef:v\"]\n"));
	assert_true(run("vlan-destroy", "uuid=v1"));
	assert_null(strstr(fake_calls() + strlen(with), "session "));
}

static void records(void **state)
{
	fake_answer("VM.get_all_records",
		    json_pack("{s:{s:s, s:s}}", "OpaqueRef:1", "uuid", "u1", "name_label", "a"));
	fake_answer("VBD.create", json_string("OpaqueRef:v"));
	fake_answer("VBD.get_uuid", json_string("v1"));
	assert_true(run("vbd-create", "vm-uuid=u1 userdevice=3 type=CD mode=RO empty=true"));
	assert_non_null(strstr(fake_calls(), "\"VM\":\"OpaqueRef:1\""));
	assert_non_null(strstr(fake_calls(), "\"VDI\":\"OpaqueRef:NULL\""));
	assert_non_null(strstr(fake_calls(), "\"empty\":true"));
	assert_false(run("vbd-create", "vm-uuid=none userdevice=3"));
	/* As scripts have it. */
	assert_true(run("vbd-create", "vm-uuid=u1 device=4 type=CD mode=RO empty=true"));
	assert_non_null(strstr(fake_calls(), "\"userdevice\":\"4\""));
	assert_false(run("vbd-create", "vm-uuid=u1 device=4 userdevice=5"));
}

static void several_references(void **state)
{
	fake_answer("network.get_all_records", json_pack("{s:{s:s}}", "OpaqueRef:n", "uuid", "n1"));
	fake_answer("PIF.get_all_records", json_pack("{s:{s:s}, s:{s:s}}", "OpaqueRef:1", "uuid",
						     "p1", "OpaqueRef:2", "uuid", "p2"));
	fake_answer("Bond.create", json_string("OpaqueRef:b"));
	fake_answer("Bond.get_uuid", json_string("b1"));
	assert_true(run("bond-create", "network-uuid=n1 pif-uuids=p1,p2 mode=active-backup"));
	assert_non_null(strstr(
		fake_calls(), "Bond.create [\"OpaqueRef:n\",[\"OpaqueRef:1\",\"OpaqueRef:2\"],\"\","
			      "\"active-backup\"]\n"));
	assert_false(run("bond-create", "network-uuid=n1 pif-uuids=p1,none"));
}

static void older_forms(void **state)
{
	memset(&r, 0, sizeof(r));
	r.command = "host-vm-list";
	legacy_translate(&r);
	assert_string_equal(r.command, "vm-list");
	memset(&r, 0, sizeof(r));
	r.command = "vm-install";
	request_put(&r, "template-name", "t");
	request_put(&r, "name", "n");
	legacy_translate(&r);
	assert_string_equal(request_get(&r, "template"), "t");
	assert_string_equal(request_get(&r, "new-name-label"), "n");
}

static void installation(void **state)
{
	fake_answer("VM.get_all_records", json_pack("{s:{s:s, s:s, s:b}}", "OpaqueRef:t", "uuid",
						    "t1", "name_label", "T", "is_a_template", 1));
	fake_answer("SR.get_all_records",
		    json_pack("{s:{s:s, s:s}}", "OpaqueRef:s", "uuid", "s1", "name_label", "S"));
	fake_answer("VM.clone", json_string("OpaqueRef:n"));
	fake_answer("VM.get_uuid", json_string("n1"));
	fake_answer("SR.get_uuid", json_string("s1"));
	fake_answer("VM.get_other_config",
		    json_pack("{s:s}", "disks", "<disk size=\"1\" sr=\"\"/><disk sr=\"old\"/>"));
	fake_answer("VM.remove_from_other_config", json_string(""));
	fake_answer("VM.add_to_other_config", json_string(""));
	fake_answer("VM.set_VCPUs_max", json_string(""));
	fake_answer("VM.set_VCPUs_at_startup", json_string(""));
	fake_answer("VM.set_memory", json_string(""));
	fake_answer("VM.provision", json_string(""));
	assert_true(run("vm-install", "template-name=T name=new vcpus=2 memory_set=256 sr-uuid=S"));
	assert_non_null(strstr(fake_calls(), "VM.clone [\"OpaqueRef:t\",\"new\"]\n"));
	assert_non_null(strstr(fake_calls(), "sr=\\\"s1\\\"/><disk sr=\\\"s1\\\"/>"));
	assert_non_null(strstr(fake_calls(), "VM.set_VCPUs_max [\"OpaqueRef:n\",2]\n"));
	assert_non_null(strstr(fake_calls(), "VM.set_memory [\"OpaqueRef:n\",268435456]\n"));
	assert_false(run("vm-install", "template=T new-name-label=x vcpus=many"));
}

static void creation(void **state)
{
	fake_answer("VM.create", json_string("OpaqueRef:n"));
	fake_answer("VM.get_uuid", json_string("n1"));
	assert_true(run("vm-create", "name-label=n memory=1GiB vcpus=2 kernel=/k"));
	assert_non_null(strstr(fake_calls(), "\"memory_static_max\":1073741824"));
	assert_non_null(strstr(fake_calls(), "\"VCPUs_at_startup\":2"));
	assert_non_null(strstr(fake_calls(), "\"PV_kernel\":\"/k\""));
	assert_false(run("vm-create", "name-label=n memory=much"));
	assert_false(run("vm-create", "memory=1GiB"));
}

static void words_of_errors(void **state)
{
	json_t *error = json_pack("[ssss]", "VM_BAD_POWER_STATE", "x", "halted", "running");
	char *words = error_words(error);

	assert_string_equal(words, "the VM is running, but would have to be halted");
	free(words);
	json_decref(error);
	error = json_pack("[ss]", "SR_BACKEND_FAILURE_46", "gone");
	words = error_words(error);
	assert_string_equal(words, "the storage failed: gone  ");
	free(words);
	json_decref(error);
	error = json_pack("[s]", "SOMETHING_NEW");
	assert_null(error_words(error));
	json_decref(error);
}

/* The newest value that is known; of rows that are shorter than their names, nothing. */
static void figures(void **state)
{
	fake_answer("host.get_uuid", json_string("UUID"));
	fake_answer("VM.get_uuid", json_string("UUID"));
	assert_true(run("host-data-source-list", ""));
	assert_string_equal(printed, "cpu0\n");
	assert_true(run("host-data-source-query", "data-source=cpu0"));
	assert_string_equal(printed, "0.5\n");
	assert_true(run("vm-data-source-query", "uuid=u1 data-source=memory"));
	assert_string_equal(printed, "1024\n");
	assert_false(run("host-data-source-query", "data-source=memory"));
	assert_int_equal(fake_status, EXIT_REFUSED);
	assert_false(run("host-data-source-query", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_name_methods),
		cmocka_unit_test(arguments_in_rows),
		cmocka_unit_test_setup(on_one_object, setup),
		cmocka_unit_test_setup(defaults_and_maps, setup),
		cmocka_unit_test_setup(changes_to_confirm, setup),
		cmocka_unit_test_setup(records, setup),
		cmocka_unit_test_setup(several_references, setup),
		cmocka_unit_test_setup(older_forms, setup),
		cmocka_unit_test_setup(installation, setup),
		cmocka_unit_test_setup(creation, setup),
		cmocka_unit_test_setup(figures, setup),
		cmocka_unit_test(words_of_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
