// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iSCSI without a target: how disks and logins are said, what the kernel's files say (made up here,
 * below ISCSI_SYS), what is kept, and calls that do not come back.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bounded.h"
#include "lib/deadline.h"
#include "own_folder.h"
#include "storage/iscsi.h"
#include "storage/plug_state.h"

static void parse(const char *text, const char *host, const char *port, const char *target,
		  const char *disk)
{
	struct iscsi_source s;
	struct sr_error e;

	if (iscsi_source_parse(text, &s, &e) < 0)
		fail_msg("%s: %s", text, e.why.text);
	assert_string_equal(s.host, host);
	assert_string_equal(s.port, port);
	assert_string_equal(s.target, target);
	assert_string_equal(s.disk, disk);
}

static void test_sources(void **state)
{
	static const char *const bad[] = {
		"",
		":3260",
		"host:",
		"host:0",
		"host:65536",
		"host:3260x",
		"-host",
		"ho st/iqn.2026-11.x:y",
		"host/",
		"host/disk",
		"host/iqn.../../etc",
		"host/iqn.2026-11.x:y/",
		"host/iqn.2026-11.x:y/../../etc",
		"host/iqn.2026-11.x:y/0/1",
		"host/iqn.2026-11.x:y\nnode.name = z",
		"[fe80::1",
		"[]/iqn.2026-11.x:y",
		"[fe80::1]3260/iqn.2026-11.x:y",
		"../x/iqn.2026-11.x:y",
	};
	struct iscsi_source s;
	char text[64], longer[600];
	struct sr_error e;

	parse("10.0.0.1", "10.0.0.1", "3260", "", "");
	parse("san.example:3261", "san.example", "3261", "", "");
	parse("10.0.0.1/iqn.2026-11.x:y", "10.0.0.1", "3260", "iqn.2026-11.x:y", "");
	parse("[fe80::1]:860/naa.5000/3", "fe80::1", "860", "naa.5000", "3");
	parse("[::1]/eui.02004567A425678D/t10.LIO_x", "::1", "3260", "eui.02004567A425678D",
	      "t10.LIO_x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (iscsi_source_parse(bad[i], &s, &e) == 0)
			fail_msg("\"%s\" was taken", bad[i]);
		assert_string_equal(e.code, ERR_VALUE);
	}
	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "host/iqn.", 9);
	longer[599] = '\0';
	assert_int_equal(iscsi_source_parse(longer, &s, &e), -1);
	assert_int_equal(iscsi_source_parse("[::1]/iqn.2026-11.x:y/2", &s, &e), 0);
	assert_true(iscsi_source_format(&s, text, sizeof(text)));
	assert_string_equal(text, "[::1]:3260/iqn.2026-11.x:y/2");
	assert_false(iscsi_source_format(&s, text, 10));
}

static void test_disks(void **state)
{
	assert_true(iscsi_disk_matches("", 4, ""));
	assert_true(iscsi_disk_matches("4", 4, ""));
	assert_false(iscsi_disk_matches("4", 5, "naa.4"));
	assert_true(iscsi_disk_matches("naa.6001405ABC", 0, "naa.6001405abc"));
	assert_true(iscsi_disk_matches("36001405abc", 0, "naa.6001405abc"));
	assert_false(iscsi_disk_matches("36001405abd", 0, "naa.6001405abc"));
}

static void test_logins(void **state)
{
	struct iscsi_login both = { "fred", "secret" }, none = { "", "" }, got;
	struct iscsi_login bad[] = { { "fred", "" },
				     { "", "secret" },
				     { "fred", "two words" },
				     { "fred", "a\nnode.name=x" } };
	const char *uuid = "11111111-2222-3333-4444-555555555555";
	struct sr_error e;
	struct stat st;

	assert_int_equal(iscsi_login_check(&both, &e), 0);
	assert_int_equal(iscsi_login_check(&none, &e), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(iscsi_login_check(&bad[i], &e), -1);

	assert_int_equal(iscsi_login_load(uuid, &got, &e), 0);
	assert_string_equal(got.user, "");
	assert_int_equal(iscsi_login_save(uuid, &both, &e), 0);
	assert_int_equal(iscsi_login_load(uuid, &got, &e), 0);
	assert_memory_equal(&got, &both, sizeof(got));
	assert_int_equal(stat(STORAGE_STATE "/11111111-2222-3333-4444-555555555555.chap", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(iscsi_login_remove(uuid, &e), 0);
	assert_int_equal(iscsi_login_remove(uuid, &e), 0);
	assert_int_equal(iscsi_login_load(uuid, &got, &e), 0);
	assert_string_equal(got.user, "");
	assert_int_equal(
		system("echo user=x >" STORAGE_STATE "/11111111-2222-3333-4444-555555555555.chap"),
		0);
	assert_int_equal(iscsi_login_load(uuid, &got, &e), -1);
}

static void test_initiator(void **state)
{
	char first[ISCSI_NAME], again[ISCSI_NAME];
	struct sr_error e;

	assert_int_equal(iscsi_initiator(first, &e), 0);
	assert_int_equal(strncmp(first, "iqn.2016-04.com.open-iscsi:", 27), 0);
	assert_int_equal(iscsi_initiator(again, &e), 0);
	assert_string_equal(first, again);
	assert_int_equal(iscsi_initiator_set("fred", &e), -1);
	assert_string_equal(e.code, ERR_VALUE);
	assert_int_equal(system("mkdir -p " ISCSI_SYS "/class/iscsi_session/session9"), 0);
	assert_int_equal(iscsi_initiator_set("iqn.2026-11.x:y", &e), -1);
	assert_string_equal(e.code, ERR_SR_IN_USE);
}

static void put(const char *path, const char *text)
{
	char command[600];

	snprintf(command, sizeof(command), "mkdir -p $(dirname %s/%s); echo '%s' >%s/%s", ISCSI_SYS,
		 path, text, ISCSI_SYS, path);
	assert_int_equal(system(command), 0);
}

#define SCSI "devices/platform/host5/session2/target5:0:0"

/* A session with two disks and a tape. */
static void make_session(const char *said)
{
	put("class/iscsi_session/session2/targetname", "iqn.2026-11.x:y");
	put("class/iscsi_session/session2/state", said);
	put("class/iscsi_connection/connection2:0/persistent_address", "10.0.0.1");
	put("class/iscsi_connection/connection2:0/persistent_port", "3260");
	put(SCSI "/5:0:0:0/wwid", "naa.6001405aa");
	put(SCSI "/5:0:0:0/block/sdc/size", "2048");
	put(SCSI "/5:0:0:7/wwid", "naa.6001405bb");
	put(SCSI "/5:0:0:7/vendor", "LIO-ORG   ");
	put(SCSI "/5:0:0:7/block/sdd/size", "4096");
	put(SCSI "/5:0:0:9/type", "1");
	assert_int_equal(symlink("../../../devices/platform/host5/session2",
				 ISCSI_SYS "/class/iscsi_session/session2/device"),
			 0);
}

static bool count(void *arg, const struct iscsi_lun *lun)
{
	++*(unsigned int *)arg;
	return true;
}

static void test_sessions(void **state)
{
	struct iscsi_session session;
	struct iscsi_source s, other;
	struct iscsi_lun lun;
	unsigned int nr = 0;
	struct sr_error e;

	assert_int_equal(iscsi_source_parse("10.0.0.1/iqn.2026-11.x:y", &s, &e), 0);
	assert_int_equal(iscsi_source_parse("10.0.0.2/iqn.2026-11.x:y", &other, &e), 0);
	assert_false(iscsi_session_find(&s, &session));
	iscsi_disk_each(count, &nr);
	assert_int_equal(nr, 0);

	make_session("FAILED");
	assert_false(iscsi_session_find(&other, &session));
	assert_true(iscsi_session_wait(&s, &session, 10));
	assert_false(session.up);
	put("class/iscsi_session/session2/state", "LOGGED_IN");
	assert_true(iscsi_session_find(&s, &session));
	assert_true(session.up);
	assert_int_equal(session.sid, 2);
	assert_int_equal(session.host, 5);

	iscsi_disk_each(count, &nr);
	assert_int_equal(nr, 2);
	assert_int_equal(iscsi_lun_find(2, "", &lun, &e), -1);
	assert_int_equal(iscsi_lun_find(2, "9", &lun, &e), 0);
	assert_int_equal(iscsi_lun_find(2, "7", &lun, &e), 1);
	assert_string_equal(lun.name, "sdd");
	assert_string_equal(lun.vendor, "LIO-ORG");
	assert_int_equal(lun.size, 4096 * 512);
	assert_int_equal(iscsi_lun_find(2, "36001405aa", &lun, &e), 1);
	assert_int_equal(lun.lun, 0);
}

static bool wait_child_ended(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The kernel shows a disk before it has a node, and the node before it can be opened. */
static void test_a_disk_that_comes(void **state)
{
	struct iscsi_lun lun;
	struct sr_error e;
	pid_t pid;

	make_session("LOGGED_IN");
	assert_int_equal(iscsi_lun_wait(2, "9", 10, &lun, &e), 0);
	assert_int_equal(iscsi_lun_wait(2, "", 60000, &lun, &e), -1);
	assert_int_equal(iscsi_lun_wait(2, "7", 10, &lun, &e), -1);
	assert_string_equal(e.code, ERR_SR_UNAVAILABLE);
	assert_non_null(strstr(e.why.text, "dev/sdd: No such file"));

	pid = fork();
	if (pid == 0) {
		usleep(200000);
		_exit(mkdir(ISCSI_DEV, 0755) || mknod(ISCSI_DEV "/sdd", S_IFREG | 0600, 0));
	}
	assert_int_equal(iscsi_lun_wait(2, "7", 60000, &lun, &e), 1);
	assert_string_equal(lun.name, "sdd");
	assert_int_equal(access(ISCSI_DEV "/sdd", F_OK), 0);
	assert_true(wait_child_ended(pid));
}

static void test_plug_state(void **state)
{
	assert_int_equal(plug_state("a"), PLUG_STATE_NEW);
	plug_state_set("a", PLUG_STATE_PLUGGED);
	assert_int_equal(plug_state("a"), PLUG_STATE_PLUGGED);
	plug_state_set("a", PLUG_STATE_UNPLUGGED);
	assert_int_equal(plug_state("a"), PLUG_STATE_UNPLUGGED);
	plug_state_set("a", PLUG_STATE_NEW);
	assert_int_equal(plug_state("a"), PLUG_STATE_NEW);
}

static int returns(const void *arg)
{
	errno = *(const int *)arg;
	return errno ? -1 : 0;
}

static int sleeps(const void *arg)
{
	sleep(60);
	return 0;
}

/* The caller's descriptors are not kept open by one that is stuck. */
static void test_bounded(void **state)
{
	int good = 0, bad = ENOSPC, ends[2];
	int64_t begun = now_ms();
	char byte;

	assert_int_equal(bounded_call(returns, &good, 60000), 0);
	assert_int_equal(bounded_call(returns, &bad, 60000), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(bounded_call(sleeps, NULL, 200), -1);
	assert_int_equal(errno, ETIMEDOUT);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	assert_int_equal(bounded_open("/no/such/file", 60000), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(bounded_open("/", 60000), 0);
	assert_true(now_ms() - begun < 50000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_disks),
		cmocka_unit_test_setup_teardown(test_logins, own_folder_enter, own_folder_leave),
		cmocka_unit_test_setup_teardown(test_initiator, own_folder_enter, own_folder_leave),
		cmocka_unit_test_setup_teardown(test_sessions, own_folder_enter, own_folder_leave),
		cmocka_unit_test_setup_teardown(test_a_disk_that_comes, own_folder_enter,
						own_folder_leave),
		cmocka_unit_test_setup_teardown(test_plug_state, own_folder_enter,
						own_folder_leave),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
