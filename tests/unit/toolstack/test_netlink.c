// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages: what is built is what is read; attributes that lie are not followed. */
#include "test.h"

#include <linux/rtnetlink.h>

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
	struct netlink nl = { .fd = -1 };

	build();
	nl_put(&m, IFLA_ADDRESS, lots, sizeof(lots));
	assert_false(m.full);
	nl_put(&m, IFLA_ADDRESS, lots, sizeof(lots));
	assert_true(m.full);
	assert_int_equal(netlink_request(&nl, &m), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(too_much_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
