// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Backups of a host there and back; cut, altered, of other versions; databases whole and not.
 */
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "transfer/host_archive.h"
#include "transfer/state_copy.h"

static struct host_archive archive, back;
static struct reason why;

static int written(enum packing packing)
{
	int fd = file_new(0);
	struct sink *s = sink_to(fd, packing);

	host_archive_free(&archive);
	buf_printf(&host_archive_add(&archive, "state.db")->data, "a database");
	buf_printf(&host_archive_add(&archive, "network.conf")->data, "automatic bridges\n");
	host_archive_add(&archive, "empty");
	assert_int_equal(host_archive_write(s, &archive, &why), 0);
	sink_close(s);
	return fd;
}

static int read_back(int fd)
{
	struct source *s = source_of(fd);
	int rc;

	host_archive_free(&back);
	rc = host_archive_read(s, &back, &why);
	source_close(s);
	return rc;
}

static void test_there_and_back(void **state)
{
	static const enum packing packings[] = { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int fd = written(packings[i]);

		assert_int_equal(read_back(fd), 0);
		assert_int_equal(back.nr, 3);
		assert_string_equal(host_archive_find(&back, "network.conf")->data.data,
				    "automatic bridges\n");
		assert_int_equal(host_archive_find(&back, "empty")->data.len, 0);
		assert_null(host_archive_find(&back, "shadow"));
		close(fd);
	}
}

static void changed(size_t at, const char *bytes, size_t len, const char *said)
{
	int fd = written(PACKING_NONE);

	assert_int_equal(pwrite(fd, bytes, len, (off_t)at), len);
	assert_int_equal(read_back(fd), -1);
	assert_reason(why, said);
	close(fd);
}

/* Where a text is in it. */
static size_t place_of(const char *text)
{
	int fd = written(PACKING_NONE);
	size_t len, at;
	uint8_t *data = file_bytes(fd, &len);
	const uint8_t *found = memmem(data, len, text, strlen(text));

	assert_non_null(found);
	at = (size_t)(found - data);
	free(data);
	close(fd);
	return at;
}

static void test_altered(void **state)
{
	(void)state;
	changed(place_of("automatic"), "A", 1, "network.conf was altered");
	changed(place_of("socle-host"), "S", 1, "no backup of a host");
	changed(place_of("\"version\": 1") + 11, "2", 1, "version 2");
	changed(place_of("\"network.conf\"") + 1, "N", 1, "not where it should be");
	changed(0, "M", 1, "no tar header");
	changed(place_of("{"), "[", 1, "no backup of a host");
}

static void test_cut(void **state)
{
	int fd = written(PACKING_NONE);
	uint64_t size = file_size(fd);

	(void)state;
	/* The two blocks at the end need not be there. */
	for (uint64_t len = size - 1025; len > 0; len = len > 700 ? len - 700 : 0) {
		assert_int_equal(ftruncate(fd, (off_t)len), 0);
		assert_int_equal(read_back(fd), -1);
		assert_reason(why, "cut off");
	}
	close(fd);
}

static void database(const char *path, const char *table)
{
	sqlite3 *db;
	char sql[200];

	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	snprintf(sql, sizeof(sql),
		 "PRAGMA journal_mode = WAL; CREATE TABLE %s (a); INSERT INTO %s VALUES (1);",
		 table, table);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_databases(void **state)
{
	char path[] = "/tmp/socle-state-XXXXXX", sidecar[64];
	struct buf copy = { 0 }, other = { 0 };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	database(path, "pool");
	assert_int_equal(state_copy(path, &copy, &why), 0);
	assert_int_equal(state_check(&copy, &why), 0);
	/* A file that needs no log beside it. */
	assert_int_equal(copy.data[18], 1);
	copy.data[100] ^= 0x55;
	assert_int_equal(state_check(&copy, &why), -1);
	assert_reason(why, "damaged");
	copy.len = 10;
	assert_int_equal(state_check(&copy, &why), -1);
	database(path, "unrelated");
	assert_int_equal(state_copy(path, &other, &why), 0);
	assert_int_equal(state_check(&other, &why), -1);
	assert_reason(why, "not one of a host");
	unlink(path);
	assert_int_equal(state_copy(path, &other, &why), -1);
	for (int i = 0; i < 2; i++) {
		snprintf(sidecar, sizeof(sidecar), "%s%s", path, i ? "-wal" : "-shm");
		unlink(sidecar);
	}
	buf_free(&copy);
	buf_free(&other);
	close(fd);
}

static int teardown(void **state)
{
	(void)state;
	host_archive_free(&archive);
	host_archive_free(&back);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_databases),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
