// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes for one qcow2 image: qemu-nbd, which reads and writes it, and one of ours that waits
 * for qemu-nbd to end. qemu-nbd parses what a guest can have written, so it has nothing that it
 * could give away: a user id of the guest's own, no capabilities, an empty root, no network, and of
 * all files the image alone, as a descriptor that is open already.
 */
#ifndef DEVICES_QCOW2_SERVE_H
#define DEVICES_QCOW2_SERVE_H

#include <stdbool.h>

#include "lib/log.h"

struct qcow2_job {
	int image;   /* open for what the guest may do; qemu-nbd keeps a lock that is on it */
	bool direct; /* opened with O_DIRECT */
	bool readonly;
	const char *target; /* for messages */
	unsigned int domid; /* whose disk it is */
	const char *vdev;
};

struct qcow2_server {
	int client; /* a connection to qemu-nbd, on which it greets; it ends when that is closed */
	int status; /* to the process that waits for it */
	char backend[96];
};

/* Starts them. backend: a name that no other server has. -1 with the reason. */
int qcow2_serve(const struct qcow2_job *job, struct qcow2_server *server, struct reason *why);

/* The kernel has the connection, and the device a user: from here on they live without us. */
void qcow2_serve_go(struct qcow2_server *server);

/* It is not wanted after all. Adds what qemu-nbd had to complain about to the reason. */
void qcow2_serve_stop(struct qcow2_server *server, struct reason *why);

#endif
