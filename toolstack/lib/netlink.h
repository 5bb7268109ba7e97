// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Netlink: building messages, sending them and taking what comes back. What they mean is known to
 * kernel.c, nft.c and the like. One thread.
 */
#ifndef TOOLSTACK_NETLINK_H
#define TOOLSTACK_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
	int fd;
	uint32_t seq;
	char said[160]; /* the kernel's words about the last refusal, or "" */
};

/* One message, or several in a row for a batch; what does not fit is noted. */
struct nl_msg {
	_Alignas(8) uint8_t data[16384];
	size_t len;
	size_t start; /* of the message that is being built */
	bool full;
};

/* protocol: NETLINK_ROUTE and so on; groups: a mask of multicast groups. -1 with errno. */
int netlink_open(struct netlink *nl, int protocol, uint32_t groups);
void netlink_close(struct netlink *nl);

/* Begins a message behind what is there; its length is kept right with every nl_put. */
void nl_begin(struct nl_msg *m, uint16_t type, uint16_t flags, const void *header, size_t len);
void nl_put(struct nl_msg *m, uint16_t type, const void *data, size_t len);
void nl_put_u8(struct nl_msg *m, uint16_t type, uint8_t value);
void nl_put_u16(struct nl_msg *m, uint16_t type, uint16_t value);
void nl_put_u32(struct nl_msg *m, uint16_t type, uint32_t value);
void nl_put_string(struct nl_msg *m, uint16_t type, const char *text);
/* Returns where the nest began, for nl_nest_end. */
size_t nl_nest(struct nl_msg *m, uint16_t type);
void nl_nest_end(struct nl_msg *m, size_t at);

/* Sends one request and waits for its acknowledgement. -1 with errno and, mostly, nl->said. */
int netlink_request(struct netlink *nl, struct nl_msg *m);
/* The same for a batch whose last message but one asks for the acknowledgement. */
int netlink_batch(struct netlink *nl, struct nl_msg *m);
/*
 * Sends a dump request and hands out each message. -1 with errno; also what take() returns < 0.
 * EINTR: what was dumped has changed meanwhile, and may lack something or have it twice.
 */
int netlink_dump(struct netlink *nl, struct nl_msg *m,
		 int (*take)(void *context, const struct nlmsghdr *h), void *context);

/* Sorts attributes by type into table[0..max]; those that lie about their length end it. */
void nl_parse(const struct nlattr **table, unsigned int max, const void *data, size_t len);
/* The attributes behind a message's fixed header. */
void nl_parse_message(const struct nlattr **table, unsigned int max, const struct nlmsghdr *h,
		      size_t header);
const void *nla_bytes(const struct nlattr *a);
size_t nla_length(const struct nlattr *a);
/* 0 when a is NULL or too short. */
uint32_t nla_u32(const struct nlattr *a);
uint8_t nla_u8(const struct nlattr *a);
uint16_t nla_u16(const struct nlattr *a);
/* A terminated copy; "" when a is NULL. */
void nla_text(const struct nlattr *a, char *out, size_t size);

#endif
