// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Selectors, listings and KIND-param-* on a host with three VMs, a template and a disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "xe/die.h"
#include "xe/generated.h"
#include "xe/text.h"
#include "xe_fakes.h"

static json_t *vm(const char *uuid, const char *name, const char *state, bool template)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:[ss], s:{s:s}, s:s, s:i, s:s}", "uuid", uuid,
			 "name_label", name, "power_state", state, "is_a_template", template,
			 "is_a_snapshot", 0, "tags", "web", "a b", "other_config", "k,1", "v",
			 "affinity", "OpaqueRef:NULL", "order", 3, "metrics", "OpaqueRef:m");
}

static int setup(void **state)
{
	fake_reset();
	objects_forget();
	fake_answer("VM.get_all_records",
		    json_pack("{s:o, s:o, s:o, s:o}", "OpaqueRef:1",
			      vm("u1", "a", "Running", false), "OpaqueRef:2",
			      vm("u2", "b,c\\d", "Halted", false), "OpaqueRef:3",
			      vm("u3", "b,c\\d", "Halted", false), "OpaqueRef:4",
			      vm("u4", "Debian", "Halted", true)));
	fake_answer("VM_metrics.get_all_records",
		    json_pack("{s:{s:I}}", "OpaqueRef:m", "memory_actual", (json_int_t)1 << 30));
	fake_answer("VDI.get_all_records",
		    json_pack("{s:{s:s, s:s}}", "OpaqueRef:d", "uuid", "d1", "name_label", "disk"));
	fake_answer("VBD.get_all_records",
		    json_pack("{s:{s:s, s:s, s:s, s:b, s:s}, s:{s:s, s:s, s:s, s:b, s:s}}",
			      "OpaqueRef:v", "uuid", "v1", "VM", "OpaqueRef:1", "VDI",
			      "OpaqueRef:d", "empty", 0, "device", "xvda", "OpaqueRef:w", "uuid",
			      "v2", "VM", "OpaqueRef:1", "VDI", "OpaqueRef:NULL", "empty", 1,
			      "device", ""));
	return 0;
}

/* "key=value key=value", for a command. */
static struct request request_of(const char *command, const char *line)
{
	static char copy[1024];
	struct request r = { .command = command };

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *at = copy, *word; (word = strsep(&at, " "));) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = '\0';
		request_put(&r, word, value);
	}
	return r;
}

/* What a command prints; NULL: it failed. */
static const char *printed(const char *kind, const char *command, const char *line)
{
	static struct request r;
	bool failed;

	r = request_of(command, line);
	fake_print();
	failed = FAILS(generated_find(command)->run(NULL, kind_find(kind), &r));
	return failed ? (fake_printed(), NULL) : fake_printed();
}

static void listing(void **state)
{
	assert_string_equal(printed("vm", "list", "name-label=a"),
			    "uuid ( RO)       : u1\n"
			    " name-label ( RW): a\n"
			    "power-state ( RO): running\n\n\n");
	assert_string_equal(printed("vbd", "list", "params=uuid,vdi-uuid,vdi-name-label"),
			    "uuid ( RO)          : v1\n"
			    "      vdi-uuid ( RO): d1\n"
			    "vdi-name-label ( RO): disk\n\n\n"
			    "uuid ( RO)          : v2\n"
			    "      vdi-uuid ( RO): <not in database>\n"
			    "vdi-name-label ( RO): <not in database>\n\n\n");
	assert_string_equal(printed("vm", "list",
				    "uuid=u1 params=tags,other-config,other-config:k,1"
				    ",memory-actual")
				    ?: "refused",
			    "refused");
	assert_string_equal(printed("vm", "list", "uuid=u1 params=tags,memory-actual,affinity"),
			    "tags (SRW)         : web; a b\n"
			    "memory-actual ( RO): 1073741824\n"
			    "     affinity ( RW): <not in database>\n\n\n");
}

static void minimal(void **state)
{
	assert_string_equal(printed("vm", "list", "minimal=true"), "u1,u2,u3\n");
	assert_string_equal(printed("vm", "list", "minimal=true params=name-label"),
			    "a,b\\,c\\\\d,b\\,c\\\\d\n");
	assert_string_equal(printed("vm", "list", "minimal=true power-state=suspended"), "\n");
	assert_string_equal(printed("template", "list", "minimal=true"), "u4\n");
	assert_string_equal(printed("snapshot", "list", "minimal=true"), "\n");
}

static void selectors(void **state)
{
	assert_string_equal(printed("vm", "list", "minimal=true power-state=HALTED"), "u2,u3\n");
	assert_string_equal(printed("vm", "list", "minimal=true tags:contains=web"), "u1,u2,u3\n");
	assert_string_equal(printed("vm", "list", "minimal=true tags:contains=we"), "\n");
	assert_string_equal(printed("vm", "list", "minimal=true other-config:k,1=v vm=a"), "u1\n");
	assert_string_equal(printed("vm", "list", "minimal=true other-config:none=v"), "\n");
	/* Names are not compared in any case; fields' names are. */
	assert_string_equal(printed("vm", "list", "minimal=true name-label=A"), "\n");
	assert_string_equal(printed("vm", "list", "minimal=true Name-Label=a"), "u1\n");
	assert_string_equal(printed("vbd", "list", "minimal=true vm-uuid=u1 empty=true"), "v2\n");
	assert_null(printed("vm", "list", "colour=blue"));
	assert_int_equal(fake_status, EXIT_USAGE);
	assert_null(printed("vm", "list", "params=colour"));
	assert_null(printed("vm", "list", "params="));
}

/* The references that selectors mean, or NULL. */
static const char *meant(const char *line, bool many)
{
	static char text[200];
	static struct request r;
	static json_t *found, *record;
	const char *ref;

	r = request_of("vm-start", line);
	if (FAILS(found = objects_selected(NULL, kind_find("vm"), &r, many, false)))
		return NULL;
	text[0] = '\0';
	json_object_foreach(found, ref, record) strcat(text, ref + 10);
	json_decref(found);
	return text;
}

static void which_are_meant(void **state)
{
	assert_string_equal(meant("vm=a", false), "1");
	assert_string_equal(meant("vm=u3", false), "3");
	assert_null(meant("vm=nobody", false));
	assert_int_equal(fake_status, EXIT_REFUSED);
	assert_null(meant("name-label=b,c\\d", false));
	assert_non_null(strstr(fake_words, "--multiple"));
	assert_string_equal(meant("name-label=b,c\\d", true), "23");
	assert_null(meant("", true));
	assert_int_equal(fake_status, EXIT_USAGE);
	/* A template is no VM. */
	assert_null(meant("vm=Debian", false));
	/* One by its UUID is asked for alone. */
	fake_answer("VM.get_by_uuid", json_string("OpaqueRef:9"));
	fake_answer("VM.get_record", vm("u9", "z", "Halted", false));
	assert_string_equal(meant("uuid=u9", false), "9");
}

static void references_by_name(void **state)
{
	const char *volatile ref = NULL;

	assert_string_equal(object_named(NULL, kind_find("vm"), "a"), "OpaqueRef:1");
	assert_true(FAILS(ref = object_named(NULL, kind_find("vm"), "b,c\\d")));
	assert_true(FAILS(ref = object_named(NULL, kind_find("vdi"), "none")));
	assert_null(ref);
}

static void parameters(void **state)
{
	fake_answer("VM.get_by_uuid", json_string("OpaqueRef:1"));
	fake_answer("VM.get_record", vm("u1", "a", "Running", false));
	assert_string_equal(printed("vm", "param-get", "uuid=u1 param-name=order"), "3\n");
	assert_string_equal(
		printed("vm", "param-get", "uuid=u1 param-name=other-config param-key=k,1"), "v\n");
	assert_null(printed("vm", "param-get", "uuid=u1 param-name=other-config param-key=none"));
	assert_null(printed("vm", "param-get", "uuid=u1 param-name=order param-key=x"));
	assert_null(printed("vm", "param-get", "uuid=u1"));
	assert_non_null(
		strstr(printed("vm", "param-list", "uuid=u1"), "other-config (MRW): k,1: v\n"));
}

static void changes(void **state)
{
	static const char *const setters[] = {
		"VM.set_name_label",
		"VM.set_memory_static_max",
		"VM.remove_from_other_config",
		"VM.add_to_other_config",
		"VM.add_tags",
		"VM.remove_tags",
		"VM.set_tags",
	};

	for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++)
		fake_answer(setters[i], json_string(""));
	fake_answer("VM.get_by_uuid", json_string("OpaqueRef:1"));
	fake_answer("VM.get_record", vm("u1", "a", "Running", false));
	assert_non_null(printed("vm", "param-set",
				"uuid=u1 name-label=new memory-static-max=2GiB other-config:x=y"));
	assert_string_equal(strstr(fake_calls(), "VM.set_name"),
			    "VM.set_name_label [\"OpaqueRef:1\",\"new\"]\n"
			    "VM.set_memory_static_max [\"OpaqueRef:1\",2147483648]\n"
			    "VM.remove_from_other_config [\"OpaqueRef:1\",\"x\"]\n"
			    "VM.add_to_other_config [\"OpaqueRef:1\",\"x\",\"y\"]\n");
	assert_non_null(printed("vm", "param-add", "uuid=u1 param-name=tags param-key=t"));
	assert_non_null(strstr(fake_calls(), "VM.add_tags [\"OpaqueRef:1\",\"t\"]\n"));
	assert_non_null(printed("vm", "param-remove", "uuid=u1 param-name=tags param-key=t"));
	assert_non_null(printed("vm", "param-clear", "uuid=u1 param-name=tags"));
	assert_non_null(strstr(fake_calls(), "VM.set_tags [\"OpaqueRef:1\",[]]\n"));
	/* What is wrong later on is found before the first change. */
	fake_reset();
	assert_null(printed("vm", "param-set", "uuid=u1 name-label=other tags=x"));
	assert_null(printed("vm", "param-set", "uuid=u1 name-label=other order=three"));
	assert_string_equal(fake_calls(), "");
	assert_null(printed("vm", "param-set", "uuid=u1 power-state=Running"));
	assert_null(printed("vm", "param-set", "uuid=u1 tags=x"));
	assert_null(printed("vm", "param-set", "uuid=u1 order=three"));
	assert_null(printed("vm", "param-set", "uuid=u1"));
	assert_null(printed("vm", "param-add", "uuid=u1 param-name=name-label param-key=x"));
}

static void sizes(void **state)
{
	static const char *const wrong[] = {
		"", "x", "1GB", "1 GiB", "9223372036854775807KiB", "99999999999999999999"
	};
	int64_t n;

	assert_true(size_parse("512MiB", &n) && n == 512LL << 20);
	assert_true(size_parse("10gib", &n) && n == 10LL << 30);
	assert_true(size_parse("4096", &n) && n == 4096);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(size_parse(wrong[i], &n));
}

static void commands_of_kinds(void **state)
{
	const char *rest;

	assert_string_equal(kind_of_command("host-cpu-list", &rest)->name, "host-cpu");
	assert_string_equal(rest, "list");
	assert_string_equal(kind_of_command("vm-metrics-param-get", &rest)->name, "vm-metrics");
	assert_null(kind_of_command("colour-list", &rest));
	assert_null(kind_find("system"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(listing, setup),
		cmocka_unit_test_setup(minimal, setup),
		cmocka_unit_test_setup(selectors, setup),
		cmocka_unit_test_setup(which_are_meant, setup),
		cmocka_unit_test_setup(references_by_name, setup),
		cmocka_unit_test_setup(parameters, setup),
		cmocka_unit_test_setup(changes, setup),
		cmocka_unit_test_setup(sizes, setup),
		cmocka_unit_test_setup(commands_of_kinds, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
