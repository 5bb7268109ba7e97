// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the API's error codes mean, in words, with what they are about.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "model/model.h"
#include "xe/api.h"
#include "xe/die.h"

/* $1 is the first parameter. */
static const struct {
	const char *code, *words;
} errors[] = {
	{ "AUTH_ALREADY_ENABLED", "there is a user of that name already" },
	{ "BOOTLOADER_FAILED", "the VM's boot loader did not find what to start: $2" },
	{ "DEVICE_ALREADY_ATTACHED", "the device is attached already" },
	{ "DEVICE_ALREADY_DETACHED", "the device is not attached" },
	{ "DEVICE_ALREADY_EXISTS", "the VM has a device $1 already" },
	{ "DEVICE_DETACH_REJECTED", "the VM does not let go of the device: $3" },
	{ "DEVICE_DETACH_TIMEOUT", "the VM did not let go of the device in time" },
	{ "FIELD_TYPE_ERROR", "the value of $1 has the wrong type" },
	{ "HANDLE_INVALID", "there is no such $1 (any more)" },
	{ "HOST_DISABLED", "the host starts no VMs at present: it is disabled" },
	{ "HOST_HAS_NO_MANAGEMENT_IP", "the host has no address" },
	{ "HOST_IS_SLAVE", "this host is managed by another: $1" },
	{ "HOST_NOT_ENOUGH_FREE_MEMORY",
	  "the host has not enough free memory: needed $1, free $2" },
	{ "HOST_STILL_BOOTING", "the host is starting; try again in a moment" },
	{ "IMPORT_ERROR", "the file cannot be imported: $1" },
	{ "INTERNAL_ERROR", "the host failed: $1" },
	{ "INVALID_DEVICE", "there is no device $1" },
	{ "INVALID_VALUE", "$1 is not valid: $2" },
	{ "LICENCE_RESTRICTION", "this host does not do that: $1" },
	{ "MAC_INVALID", "$1 is no MAC address" },
	{ "MAC_STILL_EXISTS", "that MAC address is in use already: $1" },
	{ "MEMORY_CONSTRAINT_VIOLATION", "these limits of memory are not in order: $1" },
	{ "MESSAGE_METHOD_UNKNOWN", "the host does not know the call $1" },
	{ "MESSAGE_PARAMETER_COUNT_MISMATCH", "the call $1 takes $2 parameters, not $3" },
	{ "MAP_DUPLICATE_KEY", "the key $3 is there already; remove it first" },
	{ "NETWORK_CONTAINS_PIF", "the network has an interface of the host" },
	{ "NETWORK_CONTAINS_VIF", "VMs are on the network" },
	{ "NOT_ENOUGH_SPACE", "there is not enough space" },
	{ "NOT_IMPLEMENTED", "this host does not do that: $1" },
	{ "OPERATION_BLOCKED", "that is blocked by an administrator: $2" },
	{ "OPERATION_NOT_ALLOWED", "that is not possible: $1" },
	{ "OTHER_OPERATION_IN_PROGRESS",
	  "something else is going on with it ($1); try again later" },
	{ "PERMISSION_DENIED", "your role does not allow that" },
	{ "RBAC_PERMISSION_DENIED", "your role does not allow $1" },
	{ "SESSION_AUTHENTICATION_FAILED", "wrong user name or password" },
	{ "SESSION_INVALID", "the session has ended" },
	{ "SR_BACKEND_FAILURE", "the storage failed: $1 $2 $3" },
	{ "SR_DEVICE_IN_USE", "that device is in use" },
	{ "SR_FULL", "the storage is full: needed $1, free $2" },
	{ "SR_HAS_NO_PBDS", "the host is not connected to the storage" },
	{ "SR_HAS_PBD", "the storage is still connected: unplug its PBDs first" },
	{ "SR_NOT_EMPTY", "there are disks in the storage" },
	{ "SR_OPERATION_NOT_SUPPORTED", "storage of this kind cannot do that" },
	{ "SR_UNKNOWN_DRIVER", "there is no storage of the type $1" },
	{ "SR_UUID_EXISTS", "there is storage with that UUID already" },
	{ "SUSPEND_IMAGE_NOT_ACCESSIBLE", "the memory of the VM cannot be read: $2" },
	{ "TASK_CANCELLED", "it was stopped" },
	{ "TOO_MANY_PENDING_TASKS", "the host has enough to do; try again later" },
	{ "UUID_INVALID", "there is no $1 with the UUID $2" },
	{ "VBD_CDS_MUST_BE_READONLY", "a CD drive is always read-only" },
	{ "VBD_IS_EMPTY", "the drive is empty" },
	{ "VBD_NOT_EMPTY", "there is a CD in the drive already" },
	{ "VBD_NOT_REMOVABLE_MEDIA", "that is no CD drive" },
	{ "VDI_IN_USE", "the disk is in use" },
	{ "VDI_MISSING", "a disk is not in its storage any more" },
	{ "VDI_NOT_AVAILABLE", "the disk cannot be reached" },
	{ "VDI_READONLY", "the disk is read-only" },
	{ "VDI_TOO_SMALL", "the disk is too small: at least $2" },
	{ "VIF_IN_USE", "the interface is in use" },
	{ "VLAN_TAG_INVALID", "$1 is no VLAN: 1 to 4094" },
	{ "VM_BAD_POWER_STATE", "the VM is $3, but would have to be $2" },
	{ "VM_CANNOT_DELETE_DEFAULT_TEMPLATE", "templates of the host cannot be deleted" },
	{ "VM_DUPLICATE_VBD_DEVICE", "the VM has a disk with that number already" },
	{ "VM_HVM_REQUIRED", "the host cannot run such a VM" },
	{ "VM_IS_PROTECTED", "the VM is protected" },
	{ "VM_IS_SNAPSHOT", "that is a snapshot, not a VM" },
	{ "VM_IS_TEMPLATE", "that is a template, not a VM" },
	{ "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT", "the system in the VM does not answer" },
	{ "VM_LACKS_FEATURE", "the system in the VM does not offer that" },
	{ "VM_LACKS_FEATURE_SHUTDOWN", "the system in the VM cannot be asked to shut down" },
	{ "VM_LACKS_FEATURE_SUSPEND",
	  "the system in the VM cannot be suspended; it may still be starting" },
	{ "VM_MISSING_PV_DRIVERS", "the system in the VM has no drivers for that" },
	{ "VM_REQUIRES_NET", "the host does not have a network of the VM" },
	{ "VM_REVERT_FAILED", "the VM does not go back to that snapshot: $2" },
	{ "VM_NO_SUSPEND_SR", "there is no storage to suspend to: $2" },
	{ "VM_SHUTDOWN_TIMEOUT", "the VM did not shut down in time; --force takes its power" },
};

static void words_put(struct buf *out, const char *words, const json_t *error)
{
	for (; *words; words++) {
		if (words[0] == '$' && words[1] >= '1' && words[1] <= '9') {
			const char *p = json_string_value(json_array_get(error, *++words - '0'));

			buf_printf(out, "%s", p ? p : "");
		} else {
			buf_append(out, words, 1);
		}
	}
}

char *error_words(const json_t *error)
{
	const char *code = json_string_value(json_array_get(error, 0));
	struct buf out = { 0 };

	for (size_t i = 0; code && i < sizeof(errors) / sizeof(errors[0]); i++) {
		/* SR_BACKEND_FAILURE_46 and so on are one. */
		size_t len = strlen(errors[i].code);

		if (strncmp(code, errors[i].code, len) == 0 &&
		    (!code[len] || strcmp(errors[i].code, "SR_BACKEND_FAILURE") == 0))
			words_put(&out, errors[i].words, error);
	}
	return out.data;
}

/* "OpaqueRef:..." says nothing: the first that is an object's becomes its UUID and name. */
static void object_print(struct api *api, const char *ref, struct buf *out)
{
	static const char *const classes[] = { "VM", "VDI", "VBD", "VIF", "SR", "PBD", "network" };
	json_t *error, *record;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		char method[40];
		const char *name;

		snprintf(method, sizeof(method), "%s.get_record", classes[i]);
		record = api_try(api, method, json_pack("[s]", ref), &error);
		json_decref(error);
		if (!record)
			continue;
		name = json_string_value(json_object_get(record, "name_label"));
		buf_printf(out, "%s %s", classes[i],
			   json_string_value(json_object_get(record, "uuid")) ?: "");
		if (name)
			buf_printf(out, " (%s)", name);
		json_decref(record);
		return;
	}
	buf_printf(out, "%s", ref);
}

void error_fail(struct api *api, const json_t *error)
{
	const char *code = json_string_value(json_array_get(error, 0));
	char *words = error_words(error);
	struct buf params = { 0 };

	for (size_t i = 1; i < json_array_size(error); i++) {
		const char *p = json_string_value(json_array_get(error, i));

		buf_printf(&params, "%s", i > 1 ? ", " : ": ");
		if (p && strncmp(p, MODEL_REF_PREFIX, strlen(MODEL_REF_PREFIX)) == 0 &&
		    strcmp(p, MODEL_NULL_REF) != 0)
			object_print(api, p, &params);
		else
			buf_printf(&params, "%s", p ? p : "");
	}
	die(EXIT_REFUSED, "%s\n%s%s", words ? words : "the host refuses that",
	    code ? code : "no error code", params.data ? params.data : "");
}
