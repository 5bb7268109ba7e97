// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What calls mean: the lists of methods with their functions, a file for each class or two, and the
 * little that these files share.
 */
#ifndef APID_OPS_H
#define APID_OPS_H

#include "apid/call.h"

extern const struct binding event_bindings[], system_bindings[], vm_bindings[], vm_power_bindings[],
	vm_copy_bindings[], vm_snapshot_bindings[], vm_revert_bindings[], vm_suspend_bindings[],
	vm_provision_bindings[], vm_settings_bindings[], vbd_bindings[], vif_bindings[],
	vdi_bindings[], vdi_move_bindings[], sr_bindings[], pbd_bindings[], network_bindings[],
	pif_bindings[], host_bindings[], vmpp_bindings[], secret_bindings[], ssh_bindings[],
	host_time_bindings[], certificate_bindings[], host_update_bindings[], audit_bindings[];

/* The only one. */
struct object *the_host(void);
struct object *the_pool(void);
struct object *default_sr(void);

/* Something that people should know, of an object of a class as message.create names them. */
struct object *message_make(const char *name, int64_t priority, const char *class, const char *uuid,
			    const char *body);

/* Fails the call unless its power state is one of those; names ends with NULL. */
bool vm_check_state(struct call *c, const struct object *vm, const char *const *names);
bool vm_is(const struct object *vm, const char *state);
/* Fails for templates and snapshots. */
bool vm_check_real(struct call *c, const struct object *vm, const char *operation);
/* Both, and the VM is occupied with that operation until the call ends. */
bool vm_begin(struct call *c, const char *const *names, const char *operation);
/* Running or paused. */
bool vm_is_live(const struct object *vm);
/* Fields that follow from running or not. */
void vm_set_live(struct object *vm, const char *state, int64_t domid);
/* By the "screen" of what vmd tells of a running VM. */
void vm_set_screen(struct object *vm, const json_t *told);
void vm_set_halted(struct object *vm);

/* The arguments of vm.start; NULL: the call has failed. */
json_t *vm_start_args(struct call *c, const struct object *vm, bool paused);
json_t *vbd_args(const struct object *vbd);
/* {sr, vdi} */
json_t *vdi_args(const struct object *vdi);
json_t *vif_args(const struct object *vif);
/* An address of its own. */
void vif_choose_mac(struct object *vif);
/* xvda for 0, xvdb for 1; false: not a number of a device. */
bool vbd_device(const char *userdevice, char device[16]);

/* In the host's other_config: the UUID of the interface that it is managed by. */
#define MANAGEMENT_KEY "management-interface"
/* The network with that bridge; NULL: there is none. */
struct object *network_by_bridge(const char *bridge);

/* A disk as vmd tells of it. */
struct object *vdi_from_vmd(struct object *sr, const json_t *vdi);
void vdi_update(struct object *vdi, const json_t *from);
struct object *sr_from_vmd(const json_t *sr);
/* It is not known any more, nor are its disks. */
void sr_gone(struct object *sr);
/* With its disks (as it sees them), interfaces, consoles and metrics. */
void vm_gone(struct object *vm);

/* What came with a record given to create: NULL, or the value in its form. */
const json_t *arg_field(const struct call *c, size_t arg, const char *field);
const char *arg_text(const struct call *c, size_t arg, const char *field);
/* A reference in it: false, and the call has failed, if there is no such object. */
bool arg_ref(struct call *c, size_t arg, const char *field, struct object **o);
/* All fields of the record that a client may give go into the object. */
void arg_take(struct object *o, const json_t *record);

#endif
