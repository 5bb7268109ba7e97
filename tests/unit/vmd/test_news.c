// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the host's networks and settings are looked at, and what is told of it. The kernel's
 * messages are the test's, on a protocol that everybody may send on.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "vmd/news.h"

#define SETTLE_MS 300
#define GROUP     1

static int network; /* what a look finds */
static unsigned int looks;
static char root[64];
static struct news n;
static struct netlink kernel;

static json_t *look(void)
{
	looks++;
	return json_integer(network);
}

static void file_write(const char *path, const char *text)
{
	char full[200];
	int fd;

	snprintf(full, sizeof(full), "%s%s", root, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void folder_make(const char *path)
{
	char full[200];

	snprintf(full, sizeof(full), "%s%s", root, path);
	assert_int_equal(mkdir(full, 0700), 0);
}

/* Until something is told, or that long. */
static unsigned int told_within(int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	struct pollfd fds[NEWS_FDS];
	unsigned int what = 0;

	while (!what && now_ms() < deadline) {
		poll(fds, NEWS_FDS, news_poll(&n, fds, 20));
		what = news_take(&n);
	}
	return what;
}

static void send_to(struct nl_msg *m)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_groups = GROUP };

	sendto(kernel.fd, m->data, m->len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void link_message(uint16_t type, const char *name)
{
	struct ifinfomsg info = { .ifi_index = 7 };
	struct nl_msg m = { .len = 0 };

	nl_begin(&m, type, 0, &info, sizeof(info));
	nl_put_string(&m, IFLA_IFNAME, name);
	send_to(&m);
}

static int begin(void **state)
{
	snprintf(root, sizeof(root), "/tmp/socle-news-XXXXXX");
	assert_non_null(mkdtemp(root));
	folder_make("/etc");
	folder_make("/etc/socle");
	network = 1;
	news_open(&n, root, look);
	/* Not this machine's. */
	netlink_close(&n.links);
	assert_int_equal(netlink_open(&n.links, NETLINK_USERSOCK, GROUP), 0);
	assert_int_equal(netlink_open(&kernel, NETLINK_USERSOCK, 0), 0);
	assert_int_equal(told_within(20000), NEWS_NETWORKS | NEWS_SETTINGS);
	looks = 0;
	return 0;
}

static int end(void **state)
{
	char command[100];

	news_close(&n);
	netlink_close(&kernel);
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void test_nothing(void **state)
{
	assert_int_equal(told_within(SETTLE_MS * 2), 0);
	assert_int_equal(looks, 0);
}

/* A row of messages is one look, soon. */
static void test_links(void **state)
{
	network = 2;
	for (unsigned int i = 0; i < 20; i++)
		link_message(RTM_NEWLINK, "nic3");
	assert_int_equal(told_within(20000), NEWS_NETWORKS);
	assert_int_equal(told_within(SETTLE_MS * 2), 0);
	assert_int_equal(looks, 1);
}

/* Messages without another state: a router that says again what it said. */
static void test_links_as_before(void **state)
{
	link_message(RTM_NEWADDR, "nic0");
	assert_int_equal(told_within(SETTLE_MS * 5), 0);
	assert_int_equal(looks, 1);
}

static void test_links_of_guests(void **state)
{
	network = 2;
	link_message(RTM_NEWLINK, "vif12.0");
	link_message(RTM_DELLINK, "tap12.0");
	assert_int_equal(told_within(SETTLE_MS * 5), 0);
	assert_int_equal(looks, 0);
}

/* More than the socket holds: what was lost is found by looking. */
static void test_lost_messages(void **state)
{
	struct netlink other;
	char byte;

	assert_int_equal(netlink_open(&other, NETLINK_USERSOCK, GROUP), 0);
	for (unsigned int i = 0; i < 20000; i++)
		link_message(RTM_NEWLINK, "vif1.0");
	network = 2;
	link_message(RTM_NEWLINK, "nic3"); /* this one, too */
	/* Another one as large has overrun. */
	assert_int_equal(recv(other.fd, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, ENOBUFS);
	netlink_close(&other);
	assert_int_equal(told_within(20000), NEWS_NETWORKS);
}

/* Nothing outside of what came is read, says the sanitizer. */
static void test_lies(void **state)
{
	struct nl_msg m = { .len = 0 };
	struct ifinfomsg info = { .ifi_index = 7 };

	nl_begin(&m, RTM_NEWLINK, 0, &info, sizeof(info));
	((struct nlmsghdr *)m.data)->nlmsg_len = 0xffffff;
	send_to(&m);
	link_message(RTM_NEWLINK, "vif-with-a-name-that-is-too-long");
	m.len = 3;
	send_to(&m);
	assert_int_equal(told_within(SETTLE_MS * 2), 0);
}

static void test_files(void **state)
{
	file_write("/etc/socle/timezone", "UTC\n");
	assert_int_equal(told_within(20000), NEWS_SETTINGS);
	file_write("/etc/socle/other", "x");
	file_write("/etc/passwd", "x");
	assert_int_equal(told_within(SETTLE_MS * 2), 0);
	assert_int_equal(looks, 0);
	file_write("/etc/socle/network.conf", "x");
	assert_int_equal(told_within(SETTLE_MS * 5), 0); /* a look finds all as before */
	network = 2;
	file_write("/etc/resolv.conf", "nameserver 192.0.2.1\n");
	assert_int_equal(told_within(20000), NEWS_NETWORKS);
	assert_int_equal(looks, 2);
}

/* A folder that comes later, goes, and comes again. */
static void test_folders(void **state)
{
	char command[200];

	folder_make("/var");
	folder_make("/var/lib");
	folder_make("/var/lib/socle");
	folder_make("/var/lib/socle/tls");
	assert_int_equal(told_within(20000), NEWS_SETTINGS);
	file_write("/var/lib/socle/tls/host.pem", "x");
	assert_int_equal(told_within(20000), NEWS_SETTINGS);
	snprintf(command, sizeof(command), "rm -r %s/var/lib/socle/tls", root);
	assert_int_equal(system(command), 0);
	assert_int_equal(told_within(20000), NEWS_SETTINGS); /* the file has gone */
	folder_make("/var/lib/socle/tls");
	assert_int_equal(told_within(20000), NEWS_SETTINGS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_links, begin, end),
		cmocka_unit_test_setup_teardown(test_links_as_before, begin, end),
		cmocka_unit_test_setup_teardown(test_links_of_guests, begin, end),
		cmocka_unit_test_setup_teardown(test_lost_messages, begin, end),
		cmocka_unit_test_setup_teardown(test_lies, begin, end),
		cmocka_unit_test_setup_teardown(test_files, begin, end),
		cmocka_unit_test_setup_teardown(test_folders, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
