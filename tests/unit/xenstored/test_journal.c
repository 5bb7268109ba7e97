// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal itself: what is committed is there, and nothing else; and what happens when it cannot
 * be written.
 */
#include "../toolstack/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xenstored/journal.h"

static char folder[] = "/tmp/test_journal.XXXXXX";
static char path[64], new_path[64];

static void add(const char *name, const char *data)
{
	journal_add(&(struct record){ .kind = RECORD_WRITE,
				      .domid = 7,
				      .a = 1,
				      .b = 2,
				      .c = 3,
				      .name = name,
				      .data = data,
				      .len = strlen(data) });
}

static void dump(void)
{
	add("/first", "snapshot");
}

/* The names that the next process would read. */
static const char *kept(void)
{
	struct bytes records = journal_open(folder);
	static char names[256];
	struct record r;
	size_t at = 0;

	names[0] = '\0';
	while (journal_next(records, &at, &r))
		strcat(names, r.name ? r.name : "-");
	assert_int_equal(at, records.len);
	return names;
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/journal", folder);
	snprintf(new_path, sizeof(new_path), "%s/journal.new", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	journal_close();
	rmdir(new_path);
	return rmdir(folder);
}

static unsigned int mapped(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	unsigned int nr = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		nr += strstr(line, folder) != NULL;
	fclose(maps);
	return nr;
}

static void test_nothing_stays_mapped(void **state)
{
	(void)state;
	assert_string_equal(kept(), "");
	assert_true(journal_start(dump));
	assert_int_equal(mapped(), 1);
	assert_string_equal(kept(), "/first");
	assert_string_equal(kept(), "/first");
	assert_int_equal(mapped(), 2);
	journal_close();
	assert_int_equal(mapped(), 0);
}

static void test_only_what_is_committed(void **state)
{
	struct bytes records;
	struct record r;
	size_t at = 0;

	(void)state;
	add("/nowhere", "");
	assert_string_equal(kept(), "");
	assert_true(journal_start(dump));
	assert_string_equal(kept(), "/first");
	add("/second", "value");
	assert_string_equal(kept(), "/first");
	journal_commit();
	assert_string_equal(kept(), "/first/second");
	add("/third", "");
	records = journal_open(folder);
	assert_true(journal_next(records, &at, &r) && journal_next(records, &at, &r));
	assert_int_equal(r.kind, RECORD_WRITE);
	assert_int_equal(r.domid, 7);
	assert_int_equal(r.a + r.b * 10 + r.c * 100, 321);
	assert_int_equal(r.len, 5);
	assert_memory_equal(r.data, "value", 5);
	assert_false(journal_next(records, &at, &r));
}

static void test_it_is_written_anew_when_it_has_grown(void **state)
{
	static char data[4001];
	struct stat st;
	unsigned int starts = 0;

	(void)state;
	memset(data, 'x', sizeof(data) - 1);
	assert_true(journal_start(dump));
	for (unsigned int i = 0; i < 10000; i++) {
		add("/value", data);
		journal_commit();
		if (journal_is_due()) {
			starts++;
			assert_true(journal_start(dump));
		}
	}
	assert_in_range(starts, 30, 40);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size <= 2 * 1024 * 1024);
}

static void test_it_cannot_be_written_anew(void **state)
{
	(void)state;
	assert_true(journal_start(dump));
	add("/second", "");
	journal_commit();
	assert_int_equal(mkdir(new_path, 0700), 0);
	assert_false(journal_start(dump));
	/* It goes on as it was. */
	add("/third", "");
	journal_commit();
	assert_string_equal(kept(), "/first/second/third");
	/* At the start there is none to go on with, and what an earlier process knew is over. */
	assert_int_equal(rmdir(new_path), 0);
	assert_true(journal_start(dump));
	assert_string_equal(kept(), "/first");
}

static void test_what_is_no_journal(void **state)
{
	uint64_t header[4] = { 0 };
	int fd;

	(void)state;
	journal_close();
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, header, 8), 8);
	assert_string_equal(kept(), "");
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	assert_string_equal(kept(), "");
	/* More than there is. */
	header[0] = 0x31305358454c4353ULL;
	header[1] = 4096;
	assert_int_equal(pwrite(fd, header, sizeof(header), 0), sizeof(header));
	assert_string_equal(kept(), "");
	close(fd);
	assert_true(journal_start(dump));
	assert_string_equal(kept(), "/first");
}

static void test_suspect(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SUSPECT_LIMIT; i++) {
		kept();
		assert_int_equal(journal_suspect(), NOBODY);
		assert_true(journal_start(dump));
		journal_request_begins(i == 1 ? 7 : 5);
	}
	/* In a row, that is. */
	kept();
	assert_int_equal(journal_suspect(), NOBODY);
	assert_true(journal_start(dump));
	journal_request_ends();
	journal_request_begins(5);
	journal_request_ends();
	kept();
	assert_int_equal(journal_suspect(), NOBODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_stays_mapped),
		cmocka_unit_test(test_only_what_is_committed),
		cmocka_unit_test(test_it_is_written_anew_when_it_has_grown),
		cmocka_unit_test(test_it_cannot_be_written_anew),
		cmocka_unit_test(test_what_is_no_journal),
		cmocka_unit_test(test_suspect),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
