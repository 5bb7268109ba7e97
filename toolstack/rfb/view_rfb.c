// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RFB (RFC 6143) by libvncserver, for one client on a socket that is there already; with QEMU's
 * extension for keys by their place, since a browser knows where a key is and not what the guest
 * thinks is written on it. Nothing is asked of the painter that the client has not asked for.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rfb/rfb.h>
#include <rfb/rfbregion.h>

#include "rfb/keymap.h"
#include "rfb/viewer.h"

#define QEMU_KEYS    (-258)
#define QEMU_MESSAGE 255
#define QEMU_KEY     0

static struct viewer *viewer; /* the process has one */

/* ---- from the client --------------------------------------------------------------------- */

static void send_key(uint16_t code, bool pressed)
{
	const struct view_message m = { .kind = VIEW_KEY, .a = code, .b = pressed };

	if (code)
		viewer_tell(viewer, &m);
}

static void key(rfbBool down, rfbKeySym sign, rfbClientPtr client)
{
	(void)client;
	send_key(keymap_sign(sign), down);
}

static void pointer(int buttons, int x, int y, rfbClientPtr client)
{
	const struct view_message m = {
		.kind = VIEW_POINTER,
		.a = (uint16_t)x,
		.b = (uint16_t)y,
		.buttons = (uint16_t)buttons,
	};

	(void)client;
	viewer_tell(viewer, &m);
}

/* A rectangle of no size in this encoding says that we know the message. */
static rfbBool qemu_enable(rfbClientPtr client, void **data, int encoding)
{
	static const char known[] = "\0\0\0\1"
				    "\0\0\0\0\0\0\0\0"
				    "\xff\xff\xfe\xfe";

	(void)data;
	if (encoding != QEMU_KEYS)
		return FALSE;
	rfbWriteExact(client, known, sizeof(known) - 1);
	return TRUE;
}

/* kind, pressed (2 bytes), sign (4), place (4): the type is read already. */
static rfbBool qemu_message(rfbClientPtr client, void *data, const rfbClientToServerMsg *message)
{
	uint8_t m[11];
	uint32_t sign, place;
	uint16_t code;

	(void)data;
	if (message->type != QEMU_MESSAGE)
		return FALSE;
	if (rfbReadExact(client, (char *)m, sizeof(m)) != 1 || m[0] != QEMU_KEY) {
		rfbCloseClient(client);
		return TRUE;
	}
	memcpy(&sign, m + 3, 4);
	memcpy(&place, m + 7, 4);
	code = keymap_place(ntohl(place));
	send_key(code ? code : keymap_sign(ntohl(sign)), m[1] | m[2]);
	return TRUE;
}

/* ---- to the client ----------------------------------------------------------------------- */

/* What the guest's pixels are: blue first. The library thinks of red. */
static void format_set(rfbScreenInfoPtr screen)
{
	screen->serverFormat.redShift = 16;
	screen->serverFormat.greenShift = 8;
	screen->serverFormat.blueShift = 0;
}

static void resize(rfbScreenInfoPtr screen, rfbClientPtr client)
{
	rfbNewFramebuffer(screen, (char *)viewer->pixels, viewer->width, viewer->height, 8, 3, 4);
	format_set(screen);
	screen->setTranslateFunction(client);
}

/* The painter's answer. False: it has gone. */
static bool take_news(rfbScreenInfoPtr screen, rfbClientPtr client)
{
	struct view_answer a;
	size_t nr;

	if (!viewer_hear(viewer, &a, &nr))
		return false;
	if (a.width != screen->width || a.height != screen->height)
		resize(screen, client);
	for (size_t i = 0; i < nr; i++)
		rfbMarkRectAsModified(screen, a.rects[i].x, a.rects[i].y,
				      a.rects[i].x + a.rects[i].width,
				      a.rects[i].y + a.rects[i].height);
	return true;
}

static void serve(rfbScreenInfoPtr screen, rfbClientPtr client)
{
	bool asked = false;

	while (client->sock != RFB_INVALID_SOCKET) {
		struct pollfd fds[] = { { .fd = client->sock, .events = POLLIN },
					{ .fd = viewer->painter, .events = POLLIN } };

		/* It has asked for more than it got. */
		if (!asked && !sraRgnEmpty(client->requestedRegion)) {
			if (!viewer_ask(viewer))
				return;
			asked = true;
		}
		if (poll(fds, 2, -1) < 0)
			return;
		if (fds[1].revents && !take_news(screen, client))
			return;
		if (fds[1].revents)
			asked = false;
		if (fds[0].revents)
			rfbProcessClientMessage(client);
		if (client->sock != RFB_INVALID_SOCKET)
			rfbUpdateClient(client);
	}
}

static rfbScreenInfoPtr screen_make(void)
{
	rfbScreenInfoPtr screen = rfbGetScreen(NULL, NULL, viewer->width, viewer->height, 8, 3, 4);

	if (!screen)
		return NULL;
	format_set(screen);
	screen->frameBuffer = (char *)viewer->pixels;
	screen->desktopName = "guest";
	screen->alwaysShared = TRUE;
	screen->deferUpdateTime = 0;
	screen->deferPtrUpdateTime = 0;
	screen->cursor = NULL;
	screen->kbdAddEvent = key;
	screen->ptrAddEvent = pointer;
	return screen;
}

void view_rfb(struct viewer *v)
{
	static int encodings[] = { QEMU_KEYS, 0 };
	static rfbProtocolExtension qemu = {
		.pseudoEncodings = encodings,
		.enablePseudoEncoding = qemu_enable,
		.handleMessage = qemu_message,
	};
	rfbScreenInfoPtr screen;
	rfbClientPtr client;

	viewer = v;
	rfbLogEnable(0);
	rfbRegisterProtocolExtension(&qemu);
	screen = screen_make();
	/* A number other than that of standard input, of which the library thinks badly. */
	client = screen ? rfbNewClient(screen, dup(v->client)) : NULL;
	if (client)
		serve(screen, client);
}
