// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes, what trees share, what their owners are charged; and which names are paths.
 */
#include "../toolstack/test.h"

#include <errno.h>

#include "xenstored/path.h"
#include "xenstored/tree.h"
#include "xenstored/usage.h"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	return tree_init(&tree);
}

/* Nothing may be left of anybody. */
static int teardown(void **state)
{
	(void)state;
	tree_free(&tree);
	for (unsigned int domid = 0; domid < 16; domid++)
		if (usage_of(domid).nodes || usage_of(domid).bytes)
			return -1;
	return 0;
}

static void has(const struct tree *t, const char *path, const char *value)
{
	const struct node *n = tree_find(t, path);

	assert_non_null(n);
	assert_int_equal(n->len, strlen(value));
	assert_memory_equal(n->value, value, n->len);
}

static void give(struct tree *t, const char *path, unsigned int owner)
{
	struct perms perms = { .nr = 1, .entry = { { .domid = (uint16_t)owner } } };

	assert_int_equal(tree_set_perms(t, path, &perms), 0);
}

static void test_names_that_begin_alike(void **state)
{
	(void)state;
	assert_int_equal(tree_write(&tree, "/abc", "3", 1, 0), 0);
	assert_int_equal(tree_write(&tree, "/a", "1", 1, 0), 0);
	assert_int_equal(tree_write(&tree, "/ab", "2", 1, 0), 0);
	assert_int_equal(tree_write(&tree, "/b", "4", 1, 0), 0);
	has(&tree, "/a", "1");
	has(&tree, "/ab", "2");
	has(&tree, "/abc", "3");
	assert_null(tree_find(&tree, "/abcd"));
	assert_null(tree_find(&tree, "/a/b"));
	assert_string_equal(tree_find_closest(&tree, "/a/b/c")->name, "a");
	assert_int_equal(tree.root->nr_children, 4);
	for (size_t i = 1; i < 4; i++)
		assert_true(strcmp(tree.root->children[i - 1]->name, tree.root->children[i]->name) <
			    0);
	assert_int_equal(tree_remove(&tree, "/ab"), 0);
	assert_null(tree_find(&tree, "/ab"));
	has(&tree, "/abc", "3");
	assert_int_equal(tree_remove(&tree, "/ab"), ENOENT);
	assert_int_equal(tree_remove(&tree, "/no/such"), ENOENT);
	assert_int_equal(tree_remove(&tree, "/"), EINVAL);
}

static void test_snapshot_stays_as_it_was(void **state)
{
	struct tree before;

	(void)state;
	assert_int_equal(tree_write(&tree, "/a/b", "old", 3, 0), 0);
	assert_int_equal(tree_write(&tree, "/c/d", "same", 4, 0), 0);
	before = tree_share(&tree);
	assert_int_equal(tree_write(&tree, "/a/b", "new", 3, 0), 0);
	assert_int_equal(tree_write(&tree, "/a/x", "", 0, 0), 0);
	has(&before, "/a/b", "old");
	has(&tree, "/a/b", "new");
	assert_null(tree_find(&before, "/a/x"));
	assert_true(tree_find(&before, "/a/b")->gen != tree_find(&tree, "/a/b")->gen);
	/* What was not touched is one and the same. */
	assert_ptr_equal(tree_find(&before, "/c"), tree_find(&tree, "/c"));
	assert_int_equal(tree_remove(&tree, "/c"), 0);
	has(&before, "/c/d", "same");
	tree_free(&before);
	has(&tree, "/a/b", "new");
}

static void test_generations(void **state)
{
	uint64_t root, a;

	(void)state;
	assert_int_equal(tree_make(&tree, "/a", 0), 0);
	root = tree.root->gen;
	a = tree_find(&tree, "/a")->gen;
	/* A value below changes neither; a new child changes its parent only. */
	assert_int_equal(tree_write(&tree, "/a/b", "1", 1, 0), 0);
	assert_int_equal(tree.root->gen, root);
	assert_int_not_equal(tree_find(&tree, "/a")->gen, a);
	a = tree_find(&tree, "/a")->gen;
	assert_int_equal(tree_write(&tree, "/a/b", "2", 1, 0), 0);
	assert_int_equal(tree_find(&tree, "/a")->gen, a);
	assert_int_equal(tree_make(&tree, "/a/b", 0), 0);
	assert_int_equal(tree_find(&tree, "/a")->gen, a);
	assert_int_equal(tree_remove(&tree, "/a/b"), 0);
	assert_int_not_equal(tree_find(&tree, "/a")->gen, a);
}

static void test_owners_are_charged(void **state)
{
	struct tree snapshot;
	size_t bytes;

	(void)state;
	assert_int_equal(tree_make(&tree, "/home", 0), 0);
	give(&tree, "/home", 5);
	assert_int_equal(usage_of(5).nodes, 1);
	assert_int_equal(tree_write(&tree, "/home/a/b", "value", 5, 5), 0);
	assert_int_equal(usage_of(5).nodes, 3);
	bytes = usage_of(5).bytes;
	assert_int_equal(tree_write(&tree, "/home/a/b", "longer value", 12, 5), 0);
	assert_int_equal(usage_of(5).bytes, bytes + 7);
	/* A snapshot costs when it begins to differ, and until it goes. */
	snapshot = tree_share(&tree);
	assert_int_equal(usage_of(5).nodes, 3);
	assert_int_equal(tree_write(&tree, "/home/a/b", "x", 1, 5), 0);
	assert_int_equal(usage_of(5).nodes, 6);
	tree_free(&snapshot);
	assert_int_equal(usage_of(5).nodes, 3);
	assert_int_equal(usage_of(5).bytes, bytes - 4);
	/* Another owner. */
	give(&tree, "/home/a/b", 6);
	assert_int_equal(usage_of(5).nodes, 2);
	assert_int_equal(usage_of(6).nodes, 1);
	/* Domain 0's new nodes belong to whom their parent does. */
	assert_int_equal(tree_write(&tree, "/home/c", "", 0, 0), 0);
	assert_int_equal(usage_of(5).nodes, 3);
	assert_int_equal(tree_remove(&tree, "/home"), 0);
	assert_int_equal(usage_of(5).nodes, 0);
	assert_int_equal(usage_of(6).bytes, 0);
}

static void test_access(void **state)
{
	struct perms perms = { .nr = 4,
			       .entry = { { 3, PERM_READ },
					  { 4, 0 },
					  { 5, PERM_WRITE },
					  { 6, PERM_READ | PERM_WRITE } } };
	const struct node *n;

	(void)state;
	assert_int_equal(tree_make(&tree, "/x", 0), 0);
	assert_int_equal(tree_set_perms(&tree, "/x", &perms), 0);
	n = tree_find(&tree, "/x");
	assert_int_equal(node_access(n, 0), PERM_READ | PERM_WRITE);
	assert_int_equal(node_access(n, 3), PERM_READ | PERM_WRITE);
	assert_int_equal(node_access(n, 4), 0);
	assert_int_equal(node_access(n, 5), PERM_WRITE);
	assert_int_equal(node_access(n, 6), PERM_READ | PERM_WRITE);
	/* Who is not listed. */
	assert_int_equal(node_access(n, 7), PERM_READ);
}

static void test_paths(void **state)
{
	static const char *const bad[] = { "",     "//",    "/a/", "/a//b", "a/", "a b",
					   "/a\n", "/\xff", "/a*", "/../ ", "\\" };
	static char longest[XENSTORE_ABS_PATH_MAX + 2];
	char out[PATH_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (path_resolve(out, bad[i], 5, false))
			fail_msg("taken for a path: \"%s\"", bad[i]);
	assert_true(path_resolve(out, "/", 5, false));
	assert_true(path_resolve(out, "device/vif/0", 5, false));
	assert_string_equal(out, "/local/domain/5/device/vif/0");
	assert_true(path_resolve(out, "@releaseDomain", 5, true));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[0] = '/';
	assert_false(path_resolve(out, longest, 5, false));
	longest[XENSTORE_ABS_PATH_MAX] = '\0';
	assert_true(path_resolve(out, longest, 5, false));
	assert_false(path_resolve(out, longest + 1, 5, false));
	longest[1 + XENSTORE_REL_PATH_MAX] = '\0';
	assert_true(path_resolve(out, longest + 1, 5, false));
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("@x", "/"));
}

#define with_tree(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_tree(test_names_that_begin_alike),
		with_tree(test_snapshot_stays_as_it_was),
		with_tree(test_generations),
		with_tree(test_owners_are_charged),
		with_tree(test_access),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
