// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which block devices of the control domain show what is in a file: loop devices a raw image,
 * network block devices (nbd.h) a qcow2 image. Read from the kernel, which is the only one to know.
 */
#ifndef DEVICES_FILE_SHOWN_H
#define DEVICES_FILE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct file_shown {
	dev_t dev;     /* of the block device */
	char name[32]; /* below /dev */
	bool readonly;
	bool transient; /* goes with its last user */
};

/* Calls back for each device that shows the file, until that returns false. -1 with errno. */
int file_shown_each(dev_t dev, ino_t inode,
		    bool (*callback)(void *arg, const struct file_shown *shown), void *arg);

/* Looks at one again: does it still show the file? */
bool file_shown_still(struct file_shown *shown, dev_t dev, ino_t inode);

/* What a network block device's back end is to be called, so that it is found here. */
void file_shown_name(char *text, size_t room, dev_t dev, ino_t inode, bool readonly,
		     unsigned long long server);

#endif
