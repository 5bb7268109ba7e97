// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's side: two generic netlink commands. The driver is loaded without devices (they come
 * and go as they are needed) and without partitions: what a guest writes into its first sectors is
 * not for this kernel to read.
 */
#include "devices/nbd.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/nbd-netlink.h>
#include <linux/nbd.h>
#include <stdio.h>
#include <string.h>

#include "devices/module.h"
#include "lib/bytes.h"
#include "lib/netlink.h"

#define SECTOR    512
#define NBD_COUNT 1024

static int take_family(void *context, const struct nlmsghdr *h)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	uint16_t *family = context;
	char name[GENL_NAMSIZ];

	nl_parse_message(table, CTRL_ATTR_MAX, h, sizeof(struct genlmsghdr));
	nla_text(table[CTRL_ATTR_FAMILY_NAME], name, sizeof(name));
	if (strcmp(name, NBD_GENL_FAMILY_NAME) == 0)
		*family = nla_u16(table[CTRL_ATTR_FAMILY_ID]);
	return 0;
}

/* The number that the driver's messages have, or -1 with errno. */
static int family_find(struct netlink *nl)
{
	struct genlmsghdr head = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct nl_msg m = { .len = 0 };
	uint16_t family = 0;

	nl_begin(&m, GENL_ID_CTRL, 0, &head, sizeof(head));
	if (netlink_dump(nl, &m, take_family, &family) < 0)
		return -1;
	errno = ENOENT;
	return family ? family : -1;
}

static void put_u64(struct nl_msg *m, uint16_t type, uint64_t value)
{
	nl_put(m, type, &value, sizeof(value));
}

static int connect_as(struct netlink *nl, uint16_t family, uint32_t index, int fd,
		      const struct nbd_export *x, const char *backend)
{
	struct genlmsghdr head = { .cmd = NBD_CMD_CONNECT, .version = NBD_GENL_VERSION };
	struct nl_msg m = { .len = 0 };
	size_t sockets, item;

	nl_begin(&m, family, 0, &head, sizeof(head));
	nl_put_u32(&m, NBD_ATTR_INDEX, index);
	put_u64(&m, NBD_ATTR_SIZE_BYTES, x->size);
	put_u64(&m, NBD_ATTR_BLOCK_SIZE_BYTES, SECTOR);
	put_u64(&m, NBD_ATTR_SERVER_FLAGS, x->flags);
	put_u64(&m, NBD_ATTR_CLIENT_FLAGS,
		NBD_CFLAG_DESTROY_ON_DISCONNECT | NBD_CFLAG_DISCONNECT_ON_CLOSE);
	nl_put_string(&m, NBD_ATTR_BACKEND_IDENTIFIER, backend);
	sockets = nl_nest(&m, NBD_ATTR_SOCKETS);
	item = nl_nest(&m, NBD_SOCK_ITEM);
	nl_put_u32(&m, NBD_SOCK_FD, (uint32_t)fd);
	nl_nest_end(&m, item);
	nl_nest_end(&m, sockets);
	return netlink_request(nl, &m);
}

/* The first number that nobody has. */
static int connect_somewhere(struct netlink *nl, uint16_t family, int fd,
			     const struct nbd_export *x, const char *backend, unsigned int *index)
{
	for (*index = 0; *index < NBD_COUNT; ++*index) {
		if (connect_as(nl, family, *index, fd, x, backend) == 0)
			return 0;
		if (errno != EBUSY && errno != EEXIST)
			return -1;
	}
	return -1;
}

int nbd_connect(int fd, const struct nbd_export *x, const char *backend, unsigned int *index,
		struct reason *why)
{
	static const char *const parameters[MODULE_PARAMETERS] = { "nbds_max=0", "max_part=0" };
	struct netlink nl;
	int family, rc = -1;

	if (module_load("nbd", parameters, "/sys/module/nbd", why) < 0)
		return -1;
	if (netlink_open(&nl, NETLINK_GENERIC, 0) < 0)
		return reason_errno(why, "netlink");
	family = family_find(&nl);
	if (family >= 0)
		rc = connect_somewhere(&nl, (uint16_t)family, fd, x, backend, index);
	if (rc < 0)
		reason_errno(why, "a network block device%s%s", nl.said[0] ? ": " : "", nl.said);
	netlink_close(&nl);
	return rc;
}

static bool is_of(unsigned int index, const char *backend)
{
	struct buf text = { 0 };
	char path[64];
	bool same;

	snprintf(path, sizeof(path), "/sys/block/nbd%u/backend", index);
	same = buf_read_file(&text, path, 8192) == 0 && text.data &&
	       strncmp(text.data, backend, strlen(backend)) == 0 &&
	       strcmp(text.data + strlen(backend), "\n") == 0;
	buf_free(&text);
	return same;
}

void nbd_disconnect(const char *backend)
{
	struct genlmsghdr head = { .cmd = NBD_CMD_DISCONNECT, .version = NBD_GENL_VERSION };
	struct nl_msg m = { .len = 0 };
	unsigned int index = 0;
	struct netlink nl;
	int family;

	/* By its name: numbers are given anew as devices come and go. */
	while (index < NBD_COUNT && !is_of(index, backend))
		index++;
	if (index == NBD_COUNT || netlink_open(&nl, NETLINK_GENERIC, 0) < 0)
		return;
	family = family_find(&nl);
	if (family >= 0) {
		nl_begin(&m, (uint16_t)family, 0, &head, sizeof(head));
		nl_put_u32(&m, NBD_ATTR_INDEX, index);
		netlink_request(&nl, &m);
	}
	netlink_close(&nl);
}
