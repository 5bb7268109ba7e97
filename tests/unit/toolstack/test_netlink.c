// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages: what is built is what is read; attributes that lie are not followed. */
#include "test.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/netlink.h"

static struct nl_msg m;

static void build(void)
{
	struct ifinfomsg info = { .ifi_index = 7 };
	size_t nest;

	memset(&m, 0, sizeof(m));
	nl_begin(&m, RTM_NEWLINK, NLM_F_CREATE, &info, sizeof(info));
	nl_put_string(&m, IFLA_IFNAME, "xenbr0");
	nl_put_u32(&m, IFLA_MTU, 1500);
	nest = nl_nest(&m, IFLA_LINKINFO);
	nl_put_string(&m, IFLA_INFO_KIND, "bridge");
	nl_nest_end(&m, nest);
}

static void there_and_back(void **state)
{
	const struct nlattr *a[IFLA_LINKINFO + 1], *info[IFLA_INFO_KIND + 1];
	const struct nlmsghdr *h = (const void *)m.data;
	char text[16];

	build();
	assert_int_equal(h->nlmsg_len, m.len);
	assert_int_equal(h->nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE);
	nl_parse_message(a, IFLA_LINKINFO, h, sizeof(struct ifinfomsg));
	nla_text(a[IFLA_IFNAME], text, sizeof(text));
	assert_string_equal(text, "xenbr0");
	assert_int_equal(nla_u32(a[IFLA_MTU]), 1500);
	nl_parse(info, IFLA_INFO_KIND, nla_bytes(a[IFLA_LINKINFO]), nla_length(a[IFLA_LINKINFO]));
	nla_text(info[IFLA_INFO_KIND], text, sizeof(text));
	assert_string_equal(text, "bridge");
	nla_text(info[IFLA_INFO_KIND], text, 4);
	assert_string_equal(text, "bri");
	nla_text(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(nla_u32(NULL) + nla_u16(NULL) + nla_u8(NULL), 0);
}

/* Every length in every place: nothing outside is read, says the sanitizer. */
static void lengths_that_lie(void **state)
{
	static const uint16_t lies[] = { 0, 1, 3, 4, 5, 200, 0x7fff, 0xffff };

	build();
	for (size_t at = NLMSG_HDRLEN; at + 1 < m.len; at++)
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			const struct nlattr *a[IFLA_LINKINFO + 1];
			uint8_t *exact = malloc(m.len);
			struct nlmsghdr *h = (void *)exact;
			char text[16];

			memcpy(exact, m.data, m.len);
			memcpy(exact + at, &lies[i], 2);
			nl_parse_message(a, IFLA_LINKINFO, h, sizeof(struct ifinfomsg));
			nla_text(a[IFLA_IFNAME], text, sizeof(text));
			nla_u32(a[IFLA_MTU]);
			free(exact);
		}
}

static void too_much_is_noted(void **state)
{
	static uint8_t lots[9000];
	struct netlink none = { .fd = -1 };

	build();
	nl_put(&m, IFLA_ADDRESS, lots, sizeof(lots));
	assert_false(m.full);
	nl_put(&m, IFLA_ADDRESS, lots, sizeof(lots));
	assert_true(m.full);
	assert_int_equal(netlink_request(&none, &m), -1);
}

/* ---- a kernel of our own ----------------------------------------------------------------- */

static struct netlink nl;
static int kernel = -1;

static int pair(void **state)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
		return -1;
	nl = (struct netlink){ .fd = ends[0], .seq = 7 };
	kernel = ends[1];
	return 0;
}

static int unpair(void **state)
{
	netlink_close(&nl);
	return close(kernel);
}

/* A message of the answer that will be asked for next (number 8), or to another. */
static void answer(uint16_t type, uint16_t flags, uint32_t seq, const void *data, size_t len)
{
	static struct nl_msg a;

	memset(&a, 0, sizeof(a));
	nl_begin(&a, type, flags, data, len);
	((struct nlmsghdr *)a.data)->nlmsg_seq = seq;
	assert_int_equal(send(kernel, a.data, a.len, 0), a.len);
}

static int count(void *context, const struct nlmsghdr *h)
{
	return ++*(int *)context == 3 ? -1 : 0;
}

static void a_refusal_and_what_the_kernel_says(void **state)
{
	struct {
		struct nlmsgerr error;
		struct nlattr said;
		char text[12];
	} refused = { { .error = -EBUSY },
		      { sizeof(struct nlattr) + 12, NLMSGERR_ATTR_MSG },
		      "no" };

	build();
	answer(NLMSG_ERROR, 0, 5, &(struct nlmsgerr){ .error = -EPERM }, sizeof(struct nlmsgerr));
	answer(NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED, 8, &refused, sizeof(refused));
	assert_int_equal(netlink_request(&nl, &m), -1);
	assert_int_equal(errno, EBUSY);
	assert_string_equal(nl.said, "no");
	build();
	answer(NLMSG_ERROR, 0, 9, &(struct nlmsgerr){ .error = 0 }, sizeof(struct nlmsgerr));
	assert_int_equal(netlink_request(&nl, &m), 0);
	assert_string_equal(nl.said, "");
	build();
	answer(NLMSG_ERROR, 0, 10, "x", 1);
	assert_int_equal(netlink_request(&nl, &m), -1);
	assert_int_equal(errno, EPROTO);
}

static void a_dump_to_its_end(void **state)
{
	int seen = 0;

	build();
	answer(RTM_NEWLINK, NLM_F_MULTI, 8, "a", 1);
	answer(RTM_NEWLINK, NLM_F_MULTI, 6, "of another", 10);
	answer(RTM_NEWLINK, NLM_F_MULTI, 8, "b", 1);
	answer(NLMSG_DONE, NLM_F_MULTI, 8, "", 0);
	assert_int_equal(netlink_dump(&nl, &m, count, &seen), 0);
	assert_int_equal(seen, 2);
	/* What take() refuses is read all the same. */
	build();
	answer(RTM_NEWLINK, NLM_F_MULTI, 9, "c", 1);
	answer(RTM_NEWLINK, NLM_F_MULTI, 9, "d", 1);
	answer(NLMSG_DONE, NLM_F_MULTI, 9, "", 0);
	assert_int_equal(netlink_dump(&nl, &m, count, &seen), -1);
	assert_int_equal(seen, 3);
	assert_int_equal(recv(nl.fd, &seen, sizeof(seen), MSG_DONTWAIT), -1);
}

static void a_dump_that_is_torn(void **state)
{
	int seen = 0;

	build();
	answer(RTM_NEWLINK, NLM_F_MULTI | NLM_F_DUMP_INTR, 8, "a", 1);
	answer(NLMSG_DONE, NLM_F_MULTI, 8, "", 0);
	assert_int_equal(netlink_dump(&nl, &m, count, &seen), -1);
	assert_int_equal(errno, EINTR);
	build();
	answer(NLMSG_DONE, NLM_F_MULTI, 9, "", 0);
	assert_int_equal(netlink_dump(&nl, &m, count, &seen), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(too_much_is_noted),
		cmocka_unit_test_setup_teardown(a_refusal_and_what_the_kernel_says, pair, unpair),
		cmocka_unit_test_setup_teardown(a_dump_to_its_end, pair, unpair),
		cmocka_unit_test_setup_teardown(a_dump_that_is_torn, pair, unpair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
