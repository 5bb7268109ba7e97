// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What vmd tells of this host becomes objects: the host itself, its networks, repositories and the
 * domains that run. Asked at the start, and again whenever the connection was lost; after that only
 * changes come. What the API holds and vmd does not know any more is corrected.
 */
#ifndef APID_INVENTORY_H
#define APID_INVENTORY_H

#include <jansson.h>

#include "apid/object.h"

/* Pool, host and templates exist, from the first start on. In a transaction. */
void inventory_make(void);
void inventory_start(void);
/* A session has begun: what changes all the time is asked for while there is one. */
void inventory_somebody_came(void);
/* Domains and repositories are known as they are now. */
bool inventory_settled(void);

/* Asks how full it is, and for its disks; they come later. */
void inventory_ask_sr(struct object *sr);
/* Asks which repositories there are. */
void inventory_ask_srs(void);
/* Asks for networks and addresses as they are after a change was undone. */
void inventory_ask_networks(void);
/*
 * The same, and for cards; interfaces that are not told of stay. Links and addresses come and go by
 * themselves.
 */
void inventory_look_at_networks(void);
/* Asks for what the host has in files: its time zone and so on. */
void inventory_ask_settings(void);
/* Logs what vmd said to a question. */
void inventory_complain(const char *what, const json_t *error);

/*
 * Bytes that change all the time: less than a MiB is no news, for an event of it wakes whoever
 * watches. Graphs have their own source.
 */
void set_bytes_about(struct object *o, const char *field, int64_t bytes);

/* The parts, each in a transaction. */
void inventory_host(const json_t *info);
/* Of the same answer, the cards. */
void inventory_cards(const json_t *info);
void inventory_networks(const json_t *list);
/* Interfaces that it does not tell of are gone: it is not of a host that is still starting. */
void inventory_pifs_settle(const json_t *list);
/* After that: where addresses come from, by the answer of network.get. */
void inventory_network_modes(const json_t *told);
/* The answer of host.time_settings. */
void inventory_time(const json_t *settings);
/* Of acme.settings. */
void inventory_acme(const json_t *settings);
/* Of host.certificate. */
void inventory_certificate(const json_t *told);
/* The host's interface of that device; vlan -1: itself. It is made if there is none. */
struct object *inventory_pif(const char *device, int64_t vlan);
void inventory_sr(const json_t *sr);
/* All that the host knows. */
void inventory_srs(const json_t *srs);
/* scanned: it was asked for, and nothing is on its way in or out. */
void inventory_vdis(struct object *sr, const json_t *vdis, bool scanned);
/* A disk that is being removed, or has been: a look that is under way does not bring it back. */
void vdi_drop(struct object *vdi);
void inventory_vm(const json_t *vm);
/* A guest has crashed: {uuid, domid}, of a domain that may be gone. */
void inventory_crash(const json_t *crash);
/* The host's address is another. */
void inventory_consoles_locate(void);
/* Before vmd tells of all. */
void inventory_vms_forget(void);
/* Those that vmd has not told of are halted. The number of them. */
size_t inventory_vms_settle(void);

#endif
