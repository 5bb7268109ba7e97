// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table is sound: whoever adds a line to it learns here what is wrong with the line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "model/model.h"
#include "model/value.h"

static const struct model_class *class_at(size_t i)
{
	return model_classes[i];
}

static void classes_and_fields_have_names_and_words(void **state)
{
	for (size_t i = 0; i < model_nr_classes; i++) {
		const struct model_class *c = class_at(i);

		assert_ptr_equal(model_class_find(c->name), c);
		assert_ptr_equal(model_event_class(c->name), c);
		assert_true(c->doc[0] && c->since[0]);
		for (size_t k = 0; k < c->nr_fields; k++) {
			/* The first of that name: there is no second. */
			assert_ptr_equal(model_field_find(c, c->fields[k].name), &c->fields[k]);
			assert_true(c->fields[k].doc[0]);
		}
		for (size_t k = 0; k < c->nr_methods; k++) {
			assert_ptr_equal(model_method_find(c, c->methods[k].name), &c->methods[k]);
			assert_true(c->methods[k].doc[0]);
		}
		if (!(c->flags & CLASS_NO_OBJECTS))
			assert_string_equal(c->fields[0].name, "uuid");
	}
}

static void defaults_are_of_their_type(void **state)
{
	for (size_t i = 0; i < model_nr_classes; i++) {
		for (size_t k = 0; k < class_at(i)->nr_fields; k++) {
			const struct model_field *f = &class_at(i)->fields[k];
			json_t *v = value_initial(f), *checked;
			struct reason why;

			assert_non_null(v);
			checked = value_check(f->type, v, &why);
			assert_non_null(checked);
			assert_true(json_equal(v, checked));
			json_decref(v);
			json_decref(checked);
		}
	}
}

static void other_sides_of_references_exist(void **state)
{
	for (size_t i = 0; i < model_nr_classes; i++) {
		for (size_t k = 0; k < class_at(i)->nr_fields; k++) {
			const struct model_field *f = &class_at(i)->fields[k], *other;
			const struct model_class *c;

			if (f->life != LIFE_INVERSE)
				continue;
			assert_int_equal(f->type->kind, MODEL_SET);
			c = model_class_find(f->type->element->name);
			assert_non_null(c);
			other = model_field_find(c, f->inverse);
			assert_non_null(other);
			assert_int_equal(other->type->kind, MODEL_REF);
			assert_string_equal(other->type->name, class_at(i)->name);
		}
	}
}

static void what_may_be_left_out_comes_last(void **state)
{
	for (size_t i = 0; i < model_nr_classes; i++) {
		for (size_t k = 0; k < class_at(i)->nr_methods; k++) {
			const struct model_method *m = &class_at(i)->methods[k];
			size_t nr = model_method_params(m);

			for (size_t p = model_method_required(m); p < nr; p++)
				assert_true(model_param_optional(&m->params[p]));
			for (size_t p = 0; p < nr; p++)
				assert_true(
					isalpha((unsigned char)*model_param_name(&m->params[p])));
		}
	}
}

static void lookups_of_nothing(void **state)
{
	enum model_role role;
	char text[32];

	assert_null(model_class_find("vm"));
	assert_ptr_equal(model_event_class("vm"), model_class_find("VM"));
	assert_null(model_field_find(model_class_find("VM"), "Name_label"));
	assert_false(model_role_parse("root", &role));
	assert_true(model_role_parse("operator", &role));
	assert_int_equal(role, ROLE_OPERATOR);
	assert_string_equal(model_type_text(model_field_find(model_class_find("VM"), "VBDs")->type,
					    text, sizeof(text)),
			    "set of VBD ref");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_and_fields_have_names_and_words),
		cmocka_unit_test(defaults_are_of_their_type),
		cmocka_unit_test(other_sides_of_references_exist),
		cmocka_unit_test(what_may_be_left_out_comes_last),
		cmocka_unit_test(lookups_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
