// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The processes that speak RFB, one for each that looks (toolstack/rfb).
 */
#ifndef SCREEN_VIEWERS_H
#define SCREEN_VIEWERS_H

#define VIEWER_PROGRAM "/usr/sbin/screen-rfb"

/* Its descriptors: who looks, the picture, and the painter. */
enum viewer_fd { VIEWER_CLIENT, VIEWER_LOG = 2, VIEWER_PICTURE, VIEWER_PAINTER, NR_VIEWER_FDS };

/* Starts one; returns what the painter gets, or -1 after saying why. */
int viewer_start(int client, int picture);

#endif
