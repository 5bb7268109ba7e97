// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the commands about disks and about network interfaces do alike.
 */
#ifndef XL_DEVICE_H
#define XL_DEVICE_H

#include "devices/device_store.h"
#include "xl/xl.h"

/* A guest. False after saying that it is none. */
bool device_domain(const char *name, domid_t *domid);
/* The store. False after saying why not. */
bool device_store(struct store *s);
/* Words as one specification, separated by commas; the caller frees. NULL after saying why. */
char *device_spec(int nr, char **words);
/* Takes an option out of the arguments, in either form. False: it is not among them. */
bool device_take_option(int *argc, char **argv, const char *option, const char *letter);

/* These return an exit status. */
int device_attach(domid_t domid, struct device_list *list);
int device_detach(domid_t domid, enum device_kind kind, uint32_t devid, bool force);
/* Calls back for each device of the domains of these names. */
int device_list_domains(int nr, char **names, enum device_kind kind,
			bool (*callback)(void *arg, struct store *s, const struct device_id *id));

#endif
