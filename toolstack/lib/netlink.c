// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Netlink sockets and messages.
 */
#include "lib/netlink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The kernel answers at once; this only bounds what a kernel bug could do to us. */
#define ANSWER_SECONDS 20

int netlink_open(struct netlink *nl, int protocol, uint32_t groups)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_groups = groups };
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	int on = 1;

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0),
			protocol);
	if (nl->fd < 0)
		return -1;
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(nl->fd, (struct sockaddr *)&self, sizeof(self)) < 0) {
		netlink_close(nl);
		return -1;
	}
	return 0;
}

void netlink_close(struct netlink *nl)
{
	int saved = errno;

	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
	errno = saved;
}

/* ---- building ---------------------------------------------------------------------------- */

static void *nl_reserve(struct nl_msg *m, size_t len)
{
	size_t padded = NLMSG_ALIGN(len);
	void *at = m->data + m->len;

	if (m->full || padded > sizeof(m->data) - m->len) {
		m->full = true;
		return NULL;
	}
	memset(at, 0, padded);
	m->len += padded;
	return at;
}

static void nl_update(struct nl_msg *m)
{
	((struct nlmsghdr *)(m->data + m->start))->nlmsg_len = (uint32_t)(m->len - m->start);
}

void nl_begin(struct nl_msg *m, uint16_t type, uint16_t flags, const void *header, size_t len)
{
	size_t start = m->len;
	struct nlmsghdr *h = nl_reserve(m, sizeof(*h) + len);

	if (!h)
		return;
	m->start = start;
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(h + 1, header, len);
	nl_update(m);
}

void nl_put(struct nl_msg *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *a = nl_reserve(m, sizeof(*a) + len);

	if (!a)
		return;
	a->nla_type = type;
	a->nla_len = (uint16_t)(sizeof(*a) + len);
	if (len)
		memcpy(a + 1, data, len);
	nl_update(m);
}

void nl_put_u8(struct nl_msg *m, uint16_t type, uint8_t value)
{
	nl_put(m, type, &value, sizeof(value));
}

void nl_put_u16(struct nl_msg *m, uint16_t type, uint16_t value)
{
	nl_put(m, type, &value, sizeof(value));
}

void nl_put_u32(struct nl_msg *m, uint16_t type, uint32_t value)
{
	nl_put(m, type, &value, sizeof(value));
}

void nl_put_string(struct nl_msg *m, uint16_t type, const char *text)
{
	nl_put(m, type, text, strlen(text) + 1);
}

size_t nl_nest(struct nl_msg *m, uint16_t type)
{
	size_t at = m->len;

	nl_put(m, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_nest_end(struct nl_msg *m, size_t at)
{
	if (!m->full)
		((struct nlattr *)(m->data + at))->nla_len = (uint16_t)(m->len - at);
}

/* ---- sending and receiving --------------------------------------------------------------- */

static int netlink_send(struct netlink *nl, struct nl_msg *m)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	nl->said[0] = '\0';
	if (m->full) {
		errno = EMSGSIZE;
		return -1;
	}
	if (sendto(nl->fd, m->data, m->len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -1;
	return 0;
}

static ssize_t netlink_receive(struct netlink *nl, void *buffer, size_t size)
{
	ssize_t got;

	do
		got = recv(nl->fd, buffer, size, MSG_TRUNC);
	while (got < 0 && errno == EINTR);
	if (got > (ssize_t)size) {
		errno = EMSGSIZE;
		return -1;
	}
	return got;
}

/* The verdict in an NLMSG_ERROR: 0, or -1 with errno and the kernel's words. */
static int netlink_verdict(struct netlink *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1];
	size_t skip = NLMSG_ALIGN(sizeof(*e));

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e))) {
		errno = EPROTO;
		return -1;
	}
	if (e->error == 0)
		return 0;
	if (h->nlmsg_flags & NLM_F_ACK_TLVS) {
		if (!(h->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len >= sizeof(e->msg))
			skip += NLMSG_ALIGN(e->msg.nlmsg_len - sizeof(e->msg));
		nl_parse_message(table, NLMSGERR_ATTR_MAX, h, skip);
		nla_text(table[NLMSGERR_ATTR_MSG], nl->said, sizeof(nl->said));
	}
	errno = -e->error;
	return -1;
}

static int netlink_whole(bool torn)
{
	if (!torn)
		return 0;
	errno = EINTR;
	return -1;
}

/*
 * The messages of the answer to request seq, up to the one that ends it; take may be NULL. All of
 * them, also after take() has said no, or the next answer would begin with the rest of this.
 */
static int netlink_answer(struct netlink *nl, uint32_t seq,
			  int (*take)(void *context, const struct nlmsghdr *h), void *context)
{
	static _Alignas(8) uint8_t buffer[65536];
	bool torn = false;
	int rc = 0;

	for (;;) {
		ssize_t got = netlink_receive(nl, buffer, sizeof(buffer));
		int left = (int)got;

		if (got < 0)
			return -1;
		for (struct nlmsghdr *h = (void *)buffer; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_seq != seq)
				continue;
			torn |= h->nlmsg_flags & NLM_F_DUMP_INTR && h->nlmsg_type != NLMSG_ERROR;
			if (h->nlmsg_type == NLMSG_DONE)
				return rc < 0 ? rc : netlink_whole(torn);
			if (h->nlmsg_type == NLMSG_ERROR)
				return netlink_verdict(nl, h);
			if (rc == 0 && take && take(context, h) < 0)
				rc = -1;
		}
	}
}

/* One message, which gets a number by which its answer is known. */
static int netlink_ask(struct netlink *nl, struct nl_msg *m, uint16_t flags)
{
	struct nlmsghdr *first = (struct nlmsghdr *)m->data;

	first->nlmsg_flags |= flags;
	first->nlmsg_seq = ++nl->seq;
	return netlink_send(nl, m);
}

int netlink_request(struct netlink *nl, struct nl_msg *m)
{
	if (netlink_ask(nl, m, NLM_F_ACK) < 0)
		return -1;
	return netlink_answer(nl, nl->seq, NULL, NULL);
}

int netlink_batch(struct netlink *nl, struct nl_msg *m)
{
	/* Its messages have no numbers: the first error, or the acknowledgement asked for. */
	if (netlink_send(nl, m) < 0)
		return -1;
	return netlink_answer(nl, 0, NULL, NULL);
}

int netlink_dump(struct netlink *nl, struct nl_msg *m,
		 int (*take)(void *context, const struct nlmsghdr *h), void *context)
{
	if (netlink_ask(nl, m, NLM_F_DUMP) < 0)
		return -1;
	return netlink_answer(nl, nl->seq, take, context);
}

/* ---- reading ----------------------------------------------------------------------------- */

void nl_parse(const struct nlattr **table, unsigned int max, const void *data, size_t len)
{
	const uint8_t *at = data;

	memset(table, 0, (max + 1) * sizeof(*table));
	while (len >= sizeof(struct nlattr)) {
		const struct nlattr *a = (const void *)at;
		unsigned int type = a->nla_type & NLA_TYPE_MASK;
		size_t step = NLA_ALIGN(a->nla_len);

		if (a->nla_len < sizeof(*a) || a->nla_len > len)
			return;
		if (type <= max)
			table[type] = a;
		if (step >= len)
			return;
		at += step;
		len -= step;
	}
}

void nl_parse_message(const struct nlattr **table, unsigned int max, const struct nlmsghdr *h,
		      size_t header)
{
	size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(header);

	nl_parse(table, max, (const uint8_t *)h + skip,
		 h->nlmsg_len > skip ? h->nlmsg_len - skip : 0);
}

const void *nla_bytes(const struct nlattr *a)
{
	return a + 1;
}

size_t nla_length(const struct nlattr *a)
{
	return a ? a->nla_len - sizeof(*a) : 0;
}

uint32_t nla_u32(const struct nlattr *a)
{
	uint32_t value = 0;

	if (nla_length(a) >= sizeof(value))
		memcpy(&value, nla_bytes(a), sizeof(value));
	return value;
}

uint16_t nla_u16(const struct nlattr *a)
{
	uint16_t value = 0;

	if (nla_length(a) >= sizeof(value))
		memcpy(&value, nla_bytes(a), sizeof(value));
	return value;
}

uint8_t nla_u8(const struct nlattr *a)
{
	return nla_length(a) ? *(const uint8_t *)nla_bytes(a) : 0;
}

void nla_text(const struct nlattr *a, char *out, size_t size)
{
	size_t len = a ? strnlen(nla_bytes(a), nla_length(a)) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(out, nla_bytes(a), len);
	out[len] = '\0';
}
