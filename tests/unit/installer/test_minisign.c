// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and signatures: what was signed is found good, anything else is not. */
#include "toolstack/test.h"

#include <sodium.h>

#include "installer/bundle/minisign.h"

static struct minisign_public public;
static struct minisign_secret secret;
static struct minisign_signature signature;
static uint8_t hash[MINISIGN_HASH];
static struct buf text;

static int make(void **state)
{
	if (sodium_init() < 0)
		return -1;
	minisign_generate(&public, &secret);
	memset(hash, 7, sizeof(hash));
	minisign_sign(&secret, hash, "Socle 1", &signature);
	buf_free(&text);
	minisign_signature_format(&signature, &text);
	return 0;
}

static int parse(const char *from, struct minisign_signature *out, size_t *used)
{
	struct reason why;

	return minisign_signature_parse(text_bytes(from), out, used, &why);
}

static void there_and_back(void **state)
{
	struct minisign_signature read;
	size_t used;

	buf_printf(&text, "content");
	assert_int_equal(parse(text.data, &read, &used), 0);
	assert_string_equal(text.data + used, "content");
	assert_string_equal(read.comment, "Socle 1");
	assert_true(minisign_check(&read, &public, hash));
}

static void keys_there_and_back(void **state)
{
	struct minisign_public read;
	struct minisign_secret read_secret;
	struct buf open = { 0 }, closed = { 0 };
	struct reason why;

	minisign_public_format(&public, &open);
	assert_true(minisign_public_parse(strchr(open.data, '\n') + 1, &read));
	assert_memory_equal(&read, &public, sizeof(read));
	minisign_secret_format(&secret, &closed);
	assert_int_equal(minisign_secret_parse(closed.data, &read_secret, &why), 0);
	assert_memory_equal(&read_secret, &secret, sizeof(secret));
	closed.data[strcspn(closed.data, "\n") + 150] ^= 1;
	assert_int_equal(minisign_secret_parse(closed.data, &read_secret, &why), -1);
	buf_free(&open);
	buf_free(&closed);
}

static void nothing_else_is_good(void **state)
{
	struct minisign_public other;
	struct minisign_secret unused;
	struct minisign_signature changed = signature;

	minisign_generate(&other, &unused);
	assert_false(minisign_check(&signature, &other, hash));
	memcpy(other.id, public.id, sizeof(other.id));
	assert_false(minisign_check(&signature, &other, hash));
	changed.comment[6] = '2';
	assert_false(minisign_check(&changed, &public, hash));
	changed = signature;
	changed.file[5] ^= 1;
	assert_false(minisign_check(&changed, &public, hash));
	hash[63] ^= 1;
	assert_false(minisign_check(&signature, &public, hash));
}

static void texts_that_are_none(void **state)
{
	static const char *const texts[] = {
		"", "\n\n\n\n", "a\nb\nc\nd\n",
		"untrusted comment: x\nRUQ=\ntrusted comment: y\nAA==\n"
	};
	struct minisign_signature read;
	size_t used;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse(texts[i], &read, &used), -1);
	for (size_t len = 0; len < text.len; len++) {
		char *part = strndup(text.data, len);

		assert_int_equal(parse(part, &read, &used), -1);
		free(part);
	}
	assert_false(minisign_public_parse("RWQ", &public));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(there_and_back, make),
		cmocka_unit_test_setup(keys_there_and_back, make),
		cmocka_unit_test_setup(nothing_else_is_good, make),
		cmocka_unit_test_setup(texts_that_are_none, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
