// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The protocol's opening, in its "fixed newstyle": the server greets, we ask for its only export,
 * and it tells size and abilities. Numbers are big-endian. Every wait has one deadline.
 */
#include "devices/nbd.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/nbd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/deadline.h"

#define GREETING        0x4e42444d41474943ULL /* "NBDMAGIC" */
#define OPTION          0x49484156454f5054ULL /* "IHAVEOPT" */
#define REPLY           0x0003e889045565a9ULL
#define FIXED_NEWSTYLE  (1u << 0)
#define NO_ZEROES       (1u << 1)
#define OPTION_GO       7
#define REPLY_ACK       1
#define REPLY_INFO      3
#define REPLY_ERROR     (1u << 31)
#define INFO_EXPORT     0
#define REPLY_DATA_MAX  4096
#define REPLIES_MAX     16
#define EXPORT_SIZE_MAX (64ULL << 40)
#define SECTOR          512

struct talk {
	int fd;
	int64_t deadline;
	struct reason *why;
};

static int take(struct talk *t, void *out, size_t len)
{
	if (receive_all(t->fd, out, len, t->deadline))
		return 0;
	if (errno == ETIMEDOUT)
		return reason_set(t->why, "no answer");
	return errno == ECONNRESET ? reason_set(t->why, "it ended")
				   : reason_errno(t->why, "its answer");
}

static int give(struct talk *t, const void *data, size_t len)
{
	/* A few bytes to a server that just greeted: they fit into its socket. */
	if (send(t->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len)
		return 0;
	return reason_errno(t->why, "asking it");
}

static int greet(struct talk *t)
{
	struct __attribute__((packed)) {
		uint64_t greeting, option;
		uint16_t flags;
	} hello;
	uint32_t flags = htobe32(FIXED_NEWSTYLE | NO_ZEROES);

	if (take(t, &hello, sizeof(hello)) < 0)
		return -1;
	if (be64toh(hello.greeting) != GREETING || be64toh(hello.option) != OPTION ||
	    !(be16toh(hello.flags) & FIXED_NEWSTYLE))
		return reason_set(t->why, "it does not greet as a server does");
	return give(t, &flags, sizeof(flags));
}

/* The export without a name, and nothing beyond what is always told. */
static int ask(struct talk *t)
{
	const struct __attribute__((packed)) {
		uint64_t magic;
		uint32_t option, len, name_len;
		uint16_t nr_infos;
	} go = { htobe64(OPTION), htobe32(OPTION_GO), htobe32(6), 0, 0 };

	return give(t, &go, sizeof(go));
}

static int take_export(struct talk *t, const uint8_t *data, size_t len, struct nbd_export *x)
{
	uint16_t type, flags;
	uint64_t size;

	if (len < 2)
		return reason_set(t->why, "it tells nothing");
	memcpy(&type, data, 2);
	if (be16toh(type) != INFO_EXPORT)
		return 0;
	if (len != 12)
		return reason_set(t->why, "it tells the size in %zu bytes", len);
	memcpy(&size, data + 2, 8);
	memcpy(&flags, data + 10, 2);
	x->size = be64toh(size);
	x->flags = be16toh(flags);
	if (x->size == 0 || x->size > EXPORT_SIZE_MAX || x->size % SECTOR)
		return reason_set(t->why, "a disk of %" PRIu64 " bytes", x->size);
	if (!(x->flags & NBD_FLAG_HAS_FLAGS))
		return reason_set(t->why, "it does not tell what it can do");
	return 0;
}

/* 1: that was the last reply; 0: there are more. */
static int take_reply(struct talk *t, struct nbd_export *x)
{
	struct __attribute__((packed)) {
		uint64_t magic;
		uint32_t option, type, len;
	} head;
	uint8_t data[REPLY_DATA_MAX];
	uint32_t len, type;

	if (take(t, &head, sizeof(head)) < 0)
		return -1;
	len = be32toh(head.len);
	type = be32toh(head.type);
	if (be64toh(head.magic) != REPLY || be32toh(head.option) != OPTION_GO || len > sizeof(data))
		return reason_set(t->why, "it does not answer as a server does");
	if (take(t, data, len) < 0)
		return -1;
	if (type & REPLY_ERROR)
		return reason_set(t->why, "it refuses: %.*s", (int)(len < 128 ? len : 128), data);
	if (type == REPLY_INFO)
		return take_export(t, data, len, x);
	return type == REPLY_ACK ? 1 : reason_set(t->why, "a reply of type %" PRIu32, type);
}

int nbd_negotiate(int fd, unsigned int ms, struct nbd_export *x, struct reason *why)
{
	struct talk t = { fd, now_ms() + ms, why };
	int rc = 0;

	*x = (struct nbd_export){ 0 };
	if (greet(&t) < 0 || ask(&t) < 0)
		return -1;
	for (unsigned int i = 0; i < REPLIES_MAX && rc == 0; i++)
		rc = take_reply(&t, x);
	if (rc < 0)
		return -1;
	if (rc == 0 || x->size == 0)
		return reason_set(why, "it does not tell the size");
	return 0;
}
