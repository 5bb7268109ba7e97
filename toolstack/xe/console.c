// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xe console`: this terminal, in raw mode, joined to a VM's text console, on this host or any
 * other. A connection that is lost, or a VM that starts again, is connected again.
 */
#include "xe/console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/write_all.h"
#include "xe/channel.h"
#include "xe/die.h"

#define LEAVE      0x1d /* Ctrl-] */
#define FIRST_BACK 2048 /* of what it wrote before */
/* Of what it wrote while there was no connection; a line or two are as well seen twice. */
#define AGAIN_BACK 128
#define AGAIN_MS   30000
/* The host pings every 20 seconds: after so long it is not there any more. */
#define SILENCE_MS 65000
#define WORDS_MAX  2048

enum ending { ENDED_BY_USER, ENDED_BY_HOST };

static struct termios terminal;
static bool raw;

static void terminal_restore(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal);
	raw = false;
}

static void terminal_raw(void)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &terminal) < 0)
		return;
	/* Whatever ends xe. */
	atexit(terminal_restore);
	t = terminal;
	cfmakeraw(&t);
	raw = tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
}

/* False when the user has enough, or there is no connection any more: *ending says which. */
static bool forward_keys(struct channel *c, enum ending *ending)
{
	char data[512];
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));
	char *leave;

	*ending = ENDED_BY_USER;
	if (n <= 0)
		return n < 0 && errno == EINTR;
	leave = memchr(data, LEAVE, (size_t)n);
	if (!channel_send(c, data, leave ? (size_t)(leave - data) : (size_t)n))
		*ending = ENDED_BY_HOST;
	return !leave && *ending == ENDED_BY_USER;
}

static bool forward_output(struct channel *c)
{
	struct buf out = { 0 };
	bool on = channel_receive(c, &out);

	if (out.len && write_all(STDOUT_FILENO, out.data, out.len) < 0)
		die(EXIT_REFUSED, "the output cannot be written: %s", strerror(errno));
	buf_free(&out);
	return on;
}

static enum ending relay(struct channel *c)
{
	struct pollfd fds[] = { { .fd = c->link->fd, .events = POLLIN },
				{ .fd = STDIN_FILENO, .events = POLLIN } };
	enum ending ending;

	for (;;) {
		int ready = poll(fds, 2, channel_pending(c) ? 0 : SILENCE_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0 || (ready == 0 && !channel_pending(c)))
			return ENDED_BY_HOST;
		if ((fds[0].revents || channel_pending(c)) && !forward_output(c))
			return ENDED_BY_HOST;
		if (ready > 0 && fds[1].revents && !forward_keys(c, &ending))
			return ending;
	}
}

/* The text console's reference; NULL: it has none, as it does not run. */
static char *console_of(struct api *api, const char *vm)
{
	json_t *error, *refs = api_try(api, "VM.get_consoles", json_pack("[s]", vm), &error), *ref;
	char *found = NULL;
	size_t i;

	json_array_foreach(refs, i, ref)
	{
		json_t *kind = api_try(api, "console.get_protocol", json_pack("[O]", ref), &error);

		if (!found && strcmp(json_string_value(kind) ?: "", "vt100") == 0)
			found = strdup(json_string_value(ref));
		json_decref(kind);
	}
	json_decref(refs);
	return found;
}

/* 0; -1: there is no console; the status of another answer, with its words. */
static int connect_to(struct api *api, const char *vm, unsigned int back, struct channel *c,
		      struct buf *words)
{
	char *console = console_of(api, vm);
	struct buf path = { 0 };
	struct reply r = { 0 };
	bool open;

	if (!console)
		return -1;
	buf_printf(&path, "/console?ref=%s&back=%u", console, back);
	if (path.failed)
		die_memory();
	open = api_channel(api, path.data, c) && channel_answered(c, &r);
	if (!open && r.status && !http_read_all(&r, words, WORDS_MAX))
		words->len = 0;
	if (open)
		/* A frame that comes in pieces keeps the keys waiting no longer than this. */
		link_patience(c->link, 1);
	else
		link_close(c->link);
	buf_free(&path);
	free(console);
	return open ? 0 : r.status ? r.status : 500;
}

/* After the connection has ended. False: the VM does not run, or the host does not answer. */
static bool connect_again(struct api *api, const char *vm, struct channel *c)
{
	int64_t deadline = now_ms() + AGAIN_MS;
	struct buf words = { 0 };
	int rc;

	do {
		usleep(300000);
		rc = connect_to(api, vm, AGAIN_BACK, c, &words);
		words.len = 0;
	} while (rc > 0 && now_ms() < deadline);
	buf_free(&words);
	return rc == 0;
}

void console_show(struct api *api, const char *vm)
{
	struct buf words = { 0 };
	struct channel c;
	int rc = connect_to(api, vm, FIRST_BACK, &c, &words);

	if (rc == -1)
		die(EXIT_REFUSED, "the VM does not run, so it has no console");
	if (rc)
		die(EXIT_REFUSED, "the host shows no console (status %d): %.*s", rc, (int)words.len,
		    words.data ? words.data : "");
	if (isatty(STDIN_FILENO))
		fprintf(stderr, "Ctrl-] leaves this console.\n");
	terminal_raw();
	while (relay(&c) == ENDED_BY_HOST) {
		link_close(c.link);
		c.link = NULL;
		if (!connect_again(api, vm, &c)) {
			terminal_restore();
			fprintf(stderr, "\nThe console has ended: its VM does not run any more. "
					"When it does, the same command shows it again.\n");
			break;
		}
	}
	terminal_restore();
	channel_close(&c);
	printf("\n");
}
