// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets of one size, and descriptors with them.
 */
#ifndef SCREEN_PACKET_H
#define SCREEN_PACKET_H

#include <stdbool.h>
#include <stddef.h>

/* fd -1: none comes along. -1 with errno. */
int packet_send(int sock, const void *data, size_t len, int fd);
/* *fd: what came along, or -1. False: the other side has gone, or sent something else. */
bool packet_receive(int sock, void *data, size_t len, int *fd);

#endif
