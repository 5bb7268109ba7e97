// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device in the store: where its two ends are, what is in them, and who may read it. The layout
 * is Xen's, because the kernels at both ends know it. A guest owns its own end and may write
 * anything there: what is read of it is never trusted. What is known of a device is read from the
 * back end, which only the control domain can write.
 *
 * Unless the back end is a driver domain's (network interfaces can have such): it owns that end,
 * and is trusted no more than a guest. Then there is a record, a copy of what was written there,
 * below /libxl, where Xen's toolstack has it; nobody but the control domain can read or write it.
 */
#ifndef DEVICES_DEVICE_STORE_H
#define DEVICES_DEVICE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/devices.h"
#include "lib/log.h"
#include "lib/store.h"

#define DEVICE_PATH_MAX 160

/* The states of XenBus, as both ends tell them to each other. */
enum device_state {
	DEVICE_UNKNOWN,
	DEVICE_INITIALISING,
	DEVICE_INIT_WAIT,
	DEVICE_INITIALISED,
	DEVICE_CONNECTED,
	DEVICE_CLOSING,
	DEVICE_CLOSED,
};

/* The driver domain that was the back end is no more. No domain has this id. */
#define DEVICE_BACKEND_GONE 0x7ff4u

struct device_id {
	unsigned int domid;
	enum device_kind kind;
	uint32_t devid;
	unsigned int backend; /* the driver domain at the other end; 0: the control domain */
};

/* Paths of a node of an end; node NULL: the end itself. */
void device_back_path(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node);
void device_front_path(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node);
/*
 * What the kernel has of a device's back end. Not by way of the bus, which forgets a device before
 * its driver does.
 */
void device_sysfs_path(char *path, size_t room, const struct device_id *id, const char *node);
/* Has this domain's kernel a back end for the device? */
bool device_in_kernel(const struct device_id *id);
/* What makes the back ends of a kind, for messages. */
const char *device_maker(enum device_kind kind);
const char *device_type(enum device_kind kind);
/* For messages: "disk 51712 of domain 3". */
const char *device_text(const struct device_id *id);

/*
 * A node of the back end, or of the record, as text; false, and text empty, if there is none or it
 * is too long.
 */
bool device_read(struct store *s, const struct device_id *id, const char *node, char *text,
		 size_t room);
/* The same of the back end itself, which may be a driver domain's: nothing to count on. */
bool device_back_text(struct store *s, const struct device_id *id, const char *node, char *text,
		      size_t room);
/* DEVICE_UNKNOWN if there is none. */
enum device_state device_back_state(struct store *s, const struct device_id *id);
enum device_state device_front_state(struct store *s, const struct device_id *id);
/* A number in a guest's end, for people to see; -1 if there is none. */
long device_front_number(struct store *s, const struct device_id *id, const char *node);
/* A text there, as device_read() does with ours. */
bool device_front_text(struct store *s, const struct device_id *id, const char *node, char *text,
		       size_t room);

#define DEVICE_EVERY_DOMAIN (~0u)

/* Every device of a kind, of one domain or of all: calls back until it returns false. */
void device_each(struct store *s, enum device_kind kind, unsigned int domid,
		 bool (*callback)(void *arg, struct store *s, const struct device_id *id),
		 void *arg);
/* Every back end of a kind that a domain has, for who serves them there. */
void device_each_back(struct store *s, enum device_kind kind, unsigned int backend,
		      bool (*callback)(void *arg, struct store *s, const struct device_id *id),
		      void *arg);
/* Is there such a device? Tells where its back end is. */
bool device_find(struct store *s, struct device_id *id);

/*
 * Carries out a function that only writes in one transaction, as often as others are faster.
 * Returns -1 with errno.
 */
int device_transaction(struct store *s, int (*write)(struct store *s, const void *arg),
		       const void *arg);

/*
 * These only write. major 0: no medium yet. bridge: the one that it joins. mtu: what the guest is
 * told. Return -1 with errno.
 */
int device_write_disk(struct store *s, unsigned int domid, const struct disk_config *d,
		      unsigned int major, unsigned int minor, const char *node);
int device_write_vif(struct store *s, const struct device_id *id, const struct vif_config *v,
		     const char *bridge, unsigned int mtu);
/* In the record: the driver domain of an interface is no more. */
int device_write_gone(struct store *s, const struct device_id *id);
/* A screen (mib: what its framebuffer may have) or a keyboard. */
int device_write_plain(struct store *s, const struct device_id *id, unsigned int mib);
int device_write_back(struct store *s, const struct device_id *id, const char *node,
		      const char *value);
/* Both ends, and what the kernels had to complain about. Not in a transaction. */
int device_remove(struct store *s, const struct device_id *id);

/* What those wrote. False: it is incomplete. */
bool device_read_disk(struct store *s, const struct device_id *id, struct disk_config *d);
bool device_read_vif(struct store *s, const struct device_id *id, struct vif_config *v);
/* For who serves the back end, in whichever domain. */
bool device_read_own_vif(struct store *s, const struct device_id *id, struct vif_config *v);

#endif
