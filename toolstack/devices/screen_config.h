// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What xl.cfg(5) says about a guest's screen: vnc= and vfb=, of which a guest has one or none, and
 * videoram=. There is no port to connect to, no password and no display of ours: the screen is seen
 * through the management plane.
 */
#ifndef DEVICES_SCREEN_CONFIG_H
#define DEVICES_SCREEN_CONFIG_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/config.h"
#include "lib/log.h"

#define SCREEN_MIB_DEFAULT 4
#define SCREEN_MIB_MAX     32

struct screen_config {
	bool wanted;
	unsigned int mib; /* that the guest's framebuffer may have */
};

/* Returns -1 with the reason. */
int screen_config_read(struct screen_config *s, struct config *c, struct reason *why);
/* The same as text; nothing if there is no screen. */
void screen_config_print(const struct screen_config *s, struct buf *text);

#endif
