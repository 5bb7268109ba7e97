// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table: storage repositories (SR), how a host reaches them (PBD), disks (VDI), kinds (SM).
 */
#include "model/table.h"

static const struct model_field SR_fields[] = {
	UUID,
	NAME_LABEL,
	NAME_DESCRIPTION,
	LIVE("allowed_operations", SET(ENUM(sr_operation)), NULL, "What can be asked of it now"),
	LIVE("current_operations", MAP(ENUM(sr_operation)), NULL, "What is going on"),
	MANY("VDIs", VDI, "SR", "Its disks"),
	MANY("PBDs", PBD, "SR", "How hosts reach it"),
	LIVE("virtual_allocation", INT, NULL, "The sizes of its disks, bytes"),
	LIVE("physical_utilisation", INT, NULL, "What is in use, bytes"),
	LIVE("physical_size", INT, NULL, "What there is, bytes"),
	STATIC("type", STRING, NULL, "Its kind: lvm, lvmthin, ext, nfs, iso, lvmoiscsi"),
	STATIC("content_type", STRING, NULL, "user, iso"),
	RW("shared", BOOL, NULL, "Several hosts can use it at once"),
	OTHER_CONFIG,
	TAGS,
	RW("sm_config", STRING_MAP, NULL, "Settings of its kind"),
	RW("blobs", STRING_MAP, NULL, "None here"),
	RW("local_cache_enabled", BOOL, NULL, "For old clients"),
	RO("introduced_by", REF(DR_task), NULL, "For old clients"),
	LIVE("clustered", BOOL, NULL, "For old clients"),
	LIVE("is_tools_sr", BOOL, NULL, "Holds the tools for guests"),
	LIVE("thin_pool", STRING_MAP, NULL,
	     "Of the kind lvmthin: data and metadata in use (percent), room that the pool can still "
	     "get (bytes), when_full (queue or error), failed"),
};

static const struct model_method SR_methods[] = {
	METHOD("create", REF(SR), ADMIN, "Makes a repository; what was there is lost",
	       P("host", REF(host)), P("device_config", STRING_MAP), P("physical_size", INT),
	       P("name_label", STRING), P("name_description", STRING), P("type", STRING),
	       P("content_type", STRING), P("shared", BOOL), P("?sm_config", STRING_MAP)),
	METHOD("introduce", REF(SR), ADMIN, "Makes a repository known that exists",
	       P("uuid", STRING), P("name_label", STRING), P("name_description", STRING),
	       P("type", STRING), P("content_type", STRING), P("shared", BOOL),
	       P("?sm_config", STRING_MAP)),
	METHOD("forget", VOID, ADMIN, "It stays as it is, but is not known any more",
	       P("sr", REF(SR))),
	METHOD("destroy", VOID, ADMIN, "Ends it for ever with all that is on it", P("sr", REF(SR))),
	METHOD("scan", VOID, OPERATOR, "Looks which disks are on it", P("sr", REF(SR))),
	METHOD("update", VOID, OPERATOR, "Looks how full it is", P("sr", REF(SR))),
	METHOD("probe", STRING, ADMIN, "Which repositories are there", P("host", REF(host)),
	       P("device_config", STRING_MAP), P("type", STRING), P("?sm_config", STRING_MAP)),
	METHOD("add_disk", VOID, ADMIN,
	       "One more disk for one of the kinds lvm and lvmthin: device_config has device, and "
	       "force=true if what is there may go",
	       P("sr", REF(SR)), P("device_config", STRING_MAP)),
	METHOD("set_name_label", VOID, ADMIN, "Its name", P("sr", REF(SR)), P("value", STRING)),
	METHOD("set_name_description", VOID, ADMIN, "What it is", P("sr", REF(SR)),
	       P("value", STRING)),
	METHOD("get_supported_types", STRING_SET, READ_ONLY, "The kinds that there are", NO_PARAMS),
};

MODEL_CLASS(SR, "A storage repository: where disks are", READ_ONLY, ADMIN, 0);

static const struct model_field PBD_fields[] = {
	UUID,
	STATIC("host", REF(host), NULL, "The host"),
	STATIC("SR", REF(SR), NULL, "The repository"),
	STATIC("device_config", STRING_MAP, NULL, "Where it is: device, location, server, ..."),
	RO("currently_attached", BOOL, NULL, "The host can use it now"),
	OTHER_CONFIG,
};

static const struct model_method PBD_methods[] = {
	METHOD("create", REF(PBD), ADMIN, "Tells how a host reaches a repository",
	       P("args", RECORD(PBD))),
	METHOD("destroy", VOID, ADMIN, "Forgets how", P("self", REF(PBD))),
	METHOD("plug", VOID, ADMIN, "Makes the repository usable", P("self", REF(PBD))),
	METHOD("unplug", VOID, ADMIN, "Lets go of the repository", P("self", REF(PBD))),
};

MODEL_CLASS(PBD, "How a host reaches a repository", READ_ONLY, ADMIN, 0);

#define SELF P("vdi", REF(VDI))

static const struct model_field VDI_fields[] = {
	UUID,
	NAME_LABEL,
	NAME_DESCRIPTION,
	LIVE("allowed_operations", SET(ENUM(vdi_operation)), NULL, "What can be asked of it now"),
	LIVE("current_operations", MAP(ENUM(vdi_operation)), NULL, "What is going on"),
	STATIC("SR", REF(SR), NULL, "The repository that it is on"),
	MANY("VBDs", VBD, "VDI", "Who sees it"),
	MANY("crash_dumps", crashdump, "VDI", "What is on it"),
	STATIC("virtual_size", INT, NULL, "Its size as a VM sees it, bytes"),
	RO("physical_utilisation", INT, NULL, "What it takes on the repository, bytes"),
	STATIC("type", ENUM(vdi_type), "user", "What it is for"),
	STATIC("sharable", BOOL, NULL, "Several VMs can write to it at once"),
	STATIC("read_only", BOOL, NULL, "Nobody can write to it"),
	OTHER_CONFIG,
	LIVE("storage_lock", BOOL, NULL, "For old clients"),
	RO("location", STRING, NULL, "Its name on the repository"),
	RO("managed", BOOL, "true", "It is ours to change"),
	LIVE("missing", BOOL, NULL, "The last look at the repository did not find it"),
	RO("parent", REF(VDI), NULL, "For old clients"),
	RW("xenstore_data", STRING_MAP, NULL, "Put into the store for its backend"),
	STATIC("sm_config", STRING_MAP, NULL, "Settings of its kind"),
	RO("is_a_snapshot", BOOL, NULL, "Not a disk but the state of one at a time"),
	RO("snapshot_of", REF(VDI), NULL, "The disk that this is a snapshot of"),
	MANY("snapshots", VDI, "snapshot_of", "Its snapshots"),
	RO("snapshot_time", DATETIME, NULL, "When this snapshot was made"),
	TAGS,
	RW("allow_caching", BOOL, NULL, "For old clients"),
	RW("on_boot", ENUM(on_boot), "persist", "For old clients"),
	RO("metadata_of_pool", REF(pool), NULL, "For old clients"),
	LIVE("metadata_latest", BOOL, NULL, "For old clients"),
	LIVE("is_tools_iso", BOOL, NULL, "Holds the tools for guests"),
	RO("cbt_enabled", BOOL, NULL, "Changed blocks are tracked"),
};

static const struct model_method VDI_methods[] = {
	METHOD("create", REF(VDI), OPERATOR, "Makes a disk", P("args", RECORD(VDI))),
	METHOD("destroy", VOID, OPERATOR, "Ends it for ever", P("self", REF(VDI))),
	METHOD("clone", REF(VDI), OPERATOR, "Makes one that shares what is not changed", SELF,
	       P("?driver_params", STRING_MAP)),
	METHOD("copy", REF(VDI), OPERATOR, "Makes one that shares nothing", SELF, P("sr", REF(SR)),
	       P("?base_vdi", REF(VDI)), P("?into_vdi", REF(VDI))),
	METHOD("pool_migrate", REF(VDI), OPERATOR,
	       "Moves it to another repository while no VM that runs has it", SELF,
	       P("sr", REF(SR)), P("?options", STRING_MAP)),
	METHOD("introduce", REF(VDI), OPERATOR, "Makes one known that is in its repository",
	       P("uuid", STRING), P("name_label", STRING), P("name_description", STRING),
	       P("SR", REF(SR)), P("type", ENUM(vdi_type)), P("sharable", BOOL),
	       P("read_only", BOOL), P("other_config", STRING_MAP), P("location", STRING),
	       P("?xenstore_data", STRING_MAP), P("?sm_config", STRING_MAP)),
	METHOD("snapshot", REF(VDI), OPERATOR, "Keeps it as it is now", SELF,
	       P("?driver_params", STRING_MAP)),
	METHOD("resize", VOID, OPERATOR, "Makes it larger", SELF, P("size", INT)),
	METHOD("resize_online", VOID, OPERATOR, "Makes it larger while it is in use", SELF,
	       P("size", INT)),
	METHOD("update", VOID, OPERATOR, "Looks again", SELF),
	METHOD("forget", VOID, OPERATOR, "It stays as it is until the next scan", SELF),
	METHOD("set_name_label", VOID, OPERATOR, "Its name, on the repository as well",
	       P("self", REF(VDI)), P("value", STRING)),
	METHOD("set_name_description", VOID, OPERATOR, "What it is, on the repository as well",
	       P("self", REF(VDI)), P("value", STRING)),
	METHOD("set_sharable", VOID, OPERATOR, "Several VMs can write to it", P("self", REF(VDI)),
	       P("value", BOOL)),
	METHOD("set_read_only", VOID, OPERATOR, "Nobody can write to it", P("self", REF(VDI)),
	       P("value", BOOL)),
};

MODEL_CLASS(VDI, "A disk", READ_ONLY, OPERATOR, 0);

static const struct model_field SM_fields[] = {
	UUID,
	RO("name_label", STRING, NULL, "Its name"),
	RO("name_description", STRING, NULL, "What it is, in words"),
	RO("type", STRING, NULL, "The type of the repositories"),
	RO("vendor", STRING, NULL, "Who made it"),
	RO("copyright", STRING, NULL, "Whose it is"),
	RO("version", STRING, NULL, "Its version"),
	RO("required_api_version", STRING, NULL, "For old clients"),
	RO("configuration", STRING_MAP, NULL, "Keys of device_config, and what they are"),
	RO("capabilities", STRING_SET, NULL, "What it can, for old clients"),
	RO("features", MAP(INT), NULL, "What it can"),
	OTHER_CONFIG,
	RO("driver_filename", STRING, NULL, "For old clients"),
	RO("required_cluster_stack", STRING_SET, NULL, "For old clients"),
	RO("supported_image_formats", STRING_SET, NULL, "Formats of its disks"),
};

MODEL_CLASS_PLAIN(SM, "A kind of storage repository", READ_ONLY, ADMIN, 0);
