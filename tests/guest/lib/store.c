// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's side of the store's ring: see store.h. */
#include "store.h"

#include "abi/hvm_params.h"
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "print.h"
#include "test.h"

static volatile struct xenstore_domain_interface *ring;
static evtchn_port_t port;

void store_init(void)
{
	ring = (void *)(hvm_param(HVM_PARAM_STORE_PFN) << 12);
	port = (evtchn_port_t)hvm_param(HVM_PARAM_STORE_EVTCHN);
}

/* Bytes of the ring that can be written (is_request), or read. */
static uint32_t ready(bool is_request)
{
	return is_request ? XENSTORE_RING_SIZE - (ring->req_prod - ring->req_cons)
			  : ring->rsp_prod - ring->rsp_cons;
}

static void wait_ready(bool is_request)
{
	uint64_t end = clock_now() + 30000 * MS;

	while (!ready(is_request)) {
		CHECK(clock_now() < end, "the store does not answer");
		event_clear(port);
		if (!ready(is_request))
			event_wait(port, 100);
	}
}

static void send(const void *bytes, unsigned len)
{
	for (const char *from = bytes; len; len--) {
		wait_ready(true);
		ring->req[MASK_XENSTORE_IDX(ring->req_prod)] = *from++;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		ring->req_prod++;
		if (!ready(true))
			event_send(port);
	}
}

/* Into `to`, which may be null: then they are thrown away. */
static void receive(void *to, unsigned len)
{
	for (char *at = to; len; len--) {
		bool full;
		char byte;

		wait_ready(false);
		full = ready(false) == XENSTORE_RING_SIZE;
		byte = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons)];
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		ring->rsp_cons++;
		if (full)
			event_send(port);
		if (at)
			*at++ = byte;
	}
}

/* One request of two parts; the answer's header. Its body is still in the ring. */
static struct xsd_sockmsg ask(unsigned type, const void *a, unsigned a_len, const void *b,
			      unsigned b_len)
{
	struct xsd_sockmsg m = { .type = type, .len = a_len + b_len };

	send(&m, sizeof(m));
	send(a, a_len);
	send(b, b_len);
	event_send(port);
	receive(&m, sizeof(m));
	return m;
}

unsigned store_ask(unsigned type, const void *payload, unsigned len)
{
	struct xsd_sockmsg m = ask(type, payload, len, 0, 0);

	receive(0, m.len);
	return m.type;
}

bool store_read(const char *path, char value[STORE_VALUE_MAX])
{
	struct xsd_sockmsg m = ask(XS_READ, path, strlen(path) + 1, 0, 0);

	if (m.type != XS_READ || m.len >= STORE_VALUE_MAX) {
		receive(0, m.len);
		return false;
	}
	receive(value, m.len);
	value[m.len] = 0;
	return true;
}

bool store_write(const char *path, const char *value)
{
	struct xsd_sockmsg m = ask(XS_WRITE, path, strlen(path) + 1, value, strlen(value));

	receive(0, m.len);
	return m.type == XS_WRITE;
}

bool store_remove(const char *path)
{
	return store_ask(XS_RM, path, strlen(path) + 1) == XS_RM;
}

char store_wait(const char *path, const char *values, unsigned ms)
{
	uint64_t end = clock_now() + ms * MS;
	char now[STORE_VALUE_MAX];

	do {
		if (store_read(path, now) && now[0] && !now[1])
			for (const char *v = values; *v; v++)
				if (*v == now[0])
					return *v;
		event_wait(0, 20);
	} while (clock_now() < end);
	return 0;
}

volatile struct xenstore_domain_interface *store_ring(void)
{
	return ring;
}

void store_kick(void)
{
	event_send(port);
}
