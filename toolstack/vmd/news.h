// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host does besides its VMs, for the watch: its cards, networks and addresses, and the
 * settings that it has in files. The kernel's messages only say when to look; what is told is what
 * a look found to be another than before. So a lost message costs a look and nothing else, and a
 * row of them is one.
 */
#ifndef VMD_NEWS_H
#define VMD_NEWS_H

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/netlink.h"

enum {
	NEWS_NETWORKS = 1, /* a card, link, address, route, name server or network.conf */
	NEWS_SETTINGS = 2, /* a file that host.time_settings and the like read */
};

#define NEWS_FOLDERS 3
#define NEWS_FDS     2

struct news {
	const char *root;          /* "" but in tests */
	json_t *(*look)(void);     /* networks, in any form; a new reference */
	struct netlink links;      /* fd -1: not open */
	int files;                 /* inotify */
	int folders[NEWS_FOLDERS]; /* -1: not there yet */
	json_t *seen;              /* what the last look found */
	unsigned int what;         /* has to be looked at */
	int64_t due;               /* then, while there is something */
	int64_t looked;            /* at networks, when */
};

/* All of it is news at first. */
void news_open(struct news *n, const char *root, json_t *(*look)(void));
void news_close(struct news *n);
/* What to poll for, and for how long at most. What is already known to be due is not waited for. */
int news_poll(const struct news *n, struct pollfd fds[NEWS_FDS], int most);
/* Takes in what has come, and looks where it is time: what is to be told, or 0. */
unsigned int news_take(struct news *n);

#endif
