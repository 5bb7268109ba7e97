// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table: the pool, its hosts, and what they are made of.
 */
#include "model/table.h"

#define SELF P("host", REF(host))

static const struct model_field pool_fields[] = {
	UUID,
	NAME_LABEL,
	NAME_DESCRIPTION,
	RO("master", REF(host), NULL, "The host that answers for all"),
	RW("default_SR", REF(SR), NULL, "Where disks go when nothing else is said"),
	RW("suspend_image_SR", REF(SR), NULL, "Where memory goes of VMs that are suspended"),
	RW("crash_dump_SR", REF(SR), NULL, "Where crash dumps go"),
	OTHER_CONFIG,
	RO("ha_enabled", BOOL, NULL, "For old clients"),
	RO("ha_configuration", STRING_MAP, NULL, "For old clients"),
	RO("ha_statefiles", STRING_SET, NULL, "For old clients"),
	RO("ha_host_failures_to_tolerate", INT, NULL, "For old clients"),
	RO("ha_plan_exists_for", INT, NULL, "For old clients"),
	RW("ha_allow_overcommit", BOOL, NULL, "For old clients"),
	RO("ha_overcommitted", BOOL, NULL, "For old clients"),
	RW("blobs", STRING_MAP, NULL, "None here"),
	TAGS,
	RW("gui_config", STRING_MAP, NULL, "For clients: settings of a user interface"),
	RW("health_check_config", STRING_MAP, NULL, "For old clients"),
	RO("wlb_url", STRING, NULL, "For old clients"),
	RO("wlb_username", STRING, NULL, "For old clients"),
	RW("wlb_enabled", BOOL, NULL, "For old clients"),
	RW("wlb_verify_cert", BOOL, NULL, "For old clients"),
	RO("redo_log_enabled", BOOL, NULL, "For old clients"),
	RO("redo_log_vdi", REF(VDI), NULL, "For old clients"),
	RO("vswitch_controller", STRING, NULL, "For old clients"),
	RO("restrictions", STRING_MAP, NULL, "What clients should not offer; empty: nothing"),
	RO("metadata_VDIs", SET(REF(VDI)), NULL, "For old clients"),
	RO("ha_cluster_stack", STRING, NULL, "For old clients"),
	LIVE("allowed_operations", SET(ENUM(pool_operation)), NULL, "What can be asked of it now"),
	LIVE("current_operations", MAP(ENUM(pool_operation)), NULL, "What is going on"),
	RO("guest_agent_config", STRING_MAP, NULL, "For guests' agents"),
	RO("cpu_info", STRING_MAP, NULL, "What the CPUs have in common"),
	RW("policy_no_vendor_device", BOOL, NULL, "For Windows' update service"),
	RW("live_patching_disabled", BOOL, NULL, "For old clients"),
	RO("igmp_snooping_enabled", BOOL, NULL, "For old clients"),
	RO("uefi_certificates", STRING, NULL, "For Secure Boot"),
	RO("is_psr_pending", BOOL, NULL, "For old clients"),
	RO("tls_verification_enabled", BOOL, NULL, "Hosts check each other's certificates"),
	RO("repositories", STRING_SET, NULL, "For clients of updates"),
	RO("client_certificate_auth_enabled", BOOL, NULL, "Certificates instead of passwords"),
	RO("client_certificate_auth_name", STRING, NULL, "The name that they must have"),
	RO("repository_proxy_url", STRING, NULL, "For clients of updates"),
	RO("repository_proxy_username", STRING, NULL, "For clients of updates"),
	RW("migration_compression", BOOL, NULL, "Memory is compressed on its way"),
	RO("coordinator_bias", BOOL, "true", "For old clients"),
	RO("telemetry_uuid", STRING, NULL, "Empty: nothing is sent anywhere"),
};

static const struct model_method pool_methods[] = {
	METHOD("sync_database", VOID, ADMIN, "What is kept is on the disk when this returns",
	       NO_PARAMS),
	METHOD("get_license_state", STRING_MAP, READ_ONLY, "Free, for ever", P("self", REF(pool))),
};

MODEL_CLASS(pool, "The hosts that are managed as one", READ_ONLY, ADMIN, 0);

static const struct model_field host_fields[] = {
	UUID,
	NAME_LABEL,
	NAME_DESCRIPTION,
	LIVE("memory_overhead", INT, NULL, "Memory that the hypervisor takes, bytes"),
	LIVE("allowed_operations", SET(ENUM(host_operation)), NULL, "What can be asked of it now"),
	LIVE("current_operations", MAP(ENUM(host_operation)), NULL, "What is going on"),
	RO("API_version_major", INT, "2", "Of this API"),
	RO("API_version_minor", INT, "21", "Of this API"),
	RO("API_version_vendor", STRING, "Socle", "Of this API"),
	RO("API_version_vendor_implementation", STRING_MAP, NULL, "Of this API"),
	RO("enabled", BOOL, "true", "VMs can start here"),
	LIVE("software_version", STRING_MAP, NULL, "What runs on it"),
	OTHER_CONFIG,
	LIVE("capabilities", STRING_SET, NULL, "Kinds of domains that it can run"),
	LIVE("cpu_configuration", STRING_MAP, NULL, "For old clients"),
	RO("sched_policy", STRING, "credit", "How CPUs are shared"),
	RO("supported_bootloaders", STRING_SET, NULL, "For old clients"),
	MANY("resident_VMs", VM, "resident_on", "What runs on it"),
	RW("logging", STRING_MAP, NULL, "syslog_destination: where logs go as well"),
	MANY("PIFs", PIF, "host", "Its interfaces"),
	RW("suspend_image_sr", REF(SR), NULL, "Where memory goes of VMs that are suspended"),
	RW("crash_dump_sr", REF(SR), NULL, "Where crash dumps go"),
	MANY("crashdumps", host_crashdump, "host", "None here"),
	RO("patches", STRING_SET, NULL, "None here"),
	RO("updates", STRING_SET, NULL, "None here"),
	MANY("PBDs", PBD, "host", "How it reaches repositories"),
	MANY("host_CPUs", host_cpu, "host", "Its CPUs"),
	LIVE("cpu_info", STRING_MAP, NULL, "Its CPUs: cpu_count, socket_count, vendor, speed, ..."),
	RW("hostname", STRING, NULL, "Its name"),
	RO("address", STRING, NULL, "Where it is reached"),
	RO("metrics", REF(host_metrics), NULL, "What is measured of it"),
	RO("license_params", STRING_MAP, NULL, "For old clients"),
	RO("ha_statefiles", STRING_SET, NULL, "For old clients"),
	RO("ha_network_peers", STRING_SET, NULL, "For old clients"),
	RW("blobs", STRING_MAP, NULL, "None here"),
	TAGS,
	RO("external_auth_type", STRING, NULL, "For old clients"),
	RO("external_auth_service_name", STRING, NULL, "For old clients"),
	RO("external_auth_configuration", STRING_MAP, NULL, "For old clients"),
	RO("edition", STRING, "free", "For old clients"),
	RO("license_server", STRING_MAP, NULL, "For old clients"),
	LIVE("bios_strings", STRING_MAP, NULL, "What its firmware calls the machine"),
	RO("power_on_mode", STRING, NULL, "How it can be switched on"),
	RO("power_on_config", STRING_MAP, NULL, "How it can be switched on"),
	RO("local_cache_sr", REF(SR), NULL, "For old clients"),
	LIVE("chipset_info", STRING_MAP, NULL, "iommu: whether it has one"),
	MANY("PCIs", PCI, "host", "Its PCI devices"),
	MANY("PGPUs", PGPU, "host", "Its GPUs"),
	RO("PUSBs", STRING_SET, NULL, "None here"),
	RO("ssl_legacy", BOOL, NULL, "For old clients"),
	RW("guest_VCPUs_params", STRING_MAP, NULL, "For old clients"),
	RO("display", ENUM(host_display), "enabled", "Its screen"),
	RO("virtual_hardware_platform_versions", SET(INT), NULL, "For old clients"),
	RO("control_domain", REF(VM), NULL, "Its own domain"),
	RO("updates_requiring_reboot", STRING_SET, NULL, "None here"),
	RO("features", STRING_SET, NULL, "None here"),
	RO("iscsi_iqn", STRING, NULL, "Its name to iSCSI servers"),
	RO("multipathing", BOOL, NULL, "Several ways to one disk"),
	RO("uefi_certificates", STRING, NULL, "For Secure Boot"),
	RO("certificates", STRING_SET, NULL, "None here"),
	RO("editions", STRING_SET, NULL, "For old clients"),
	RO("pending_guidances", STRING_SET, NULL, "For clients of updates"),
	RO("pending_guidances_recommended", STRING_SET, NULL, "For clients of updates"),
	RO("pending_guidances_full", STRING_SET, NULL, "For clients of updates"),
	RO("tls_verification_enabled", BOOL, NULL, "It checks other hosts' certificates"),
	RO("last_software_update", DATETIME, NULL, "When it was last upgraded"),
	RO("https_only", BOOL, "true", "It does not speak HTTP"),
	RO("latest_synced_updates_applied", ENUM(tristate), "unspecified",
	   "For clients of updates"),
	LIVE("numa_affinity_policy", STRING, "default_policy", "For old clients"),
};

static const struct model_method host_methods[] = {
	METHOD("enable", VOID, ADMIN, "VMs can start here", SELF),
	METHOD("disable", VOID, ADMIN, "No VM starts here", SELF),
	METHOD("shutdown", VOID, ADMIN, "Switches it off; first disable it", SELF),
	METHOD("reboot", VOID, ADMIN, "Starts it anew; first disable it", SELF),
	METHOD("dmesg", STRING, ADMIN, "The hypervisor's messages", SELF),
	METHOD("management_reconfigure", VOID, ADMIN,
	       "The interface whose address clients are told", P("pif", REF(PIF))),
	METHOD("get_management_interface", REF(PIF), READ_ONLY, "That interface", SELF),
	METHOD("set_hostname", VOID, ADMIN, "Its name, now and when it starts again",
	       P("self", REF(host)), P("value", STRING)),
	METHOD("set_hostname_live", VOID, ADMIN, "The same, as older clients call it",
	       P("host", REF(host)), P("hostname", STRING)),
	METHOD("list_methods", STRING_SET, READ_ONLY, "All methods of this API", NO_PARAMS),
	METHOD("get_servertime", DATETIME, READ_ONLY, "Its clock", SELF),
	METHOD("get_server_localtime", DATETIME, READ_ONLY, "Its clock, in its time zone", SELF),
	METHOD("compute_free_memory", INT, READ_ONLY, "Memory that a new VM can have, bytes", SELF),
	METHOD("compute_memory_overhead", INT, READ_ONLY, "Memory that the hypervisor takes, bytes",
	       SELF),
	METHOD("get_vms_which_prevent_evacuation", MAP(STRING_SET), READ_ONLY,
	       "VMs that cannot go elsewhere, and why", SELF),
	METHOD("get_uncooperative_resident_VMs", SET(REF(VM)), READ_ONLY, "Always empty", SELF),
};

MODEL_CLASS(host, "A machine that runs VMs", READ_ONLY, ADMIN, 0);

static const struct model_field host_metrics_fields[] = {
	UUID,
	LIVE("memory_total", INT, NULL, "All its memory, bytes"),
	LIVE("memory_free", INT, NULL, "What is free of it, bytes"),
	LIVE("live", BOOL, NULL, "It answers"),
	LIVE("last_updated", DATETIME, NULL, "When this was measured"),
	OTHER_CONFIG,
};

MODEL_CLASS_PLAIN(host_metrics, "What is measured of a host", READ_ONLY, ADMIN, 0);

static const struct model_field host_cpu_fields[] = {
	UUID,
	RO("host", REF(host), NULL, "Its host"),
	RO("number", INT, NULL, "Its number"),
	LIVE("vendor", STRING, NULL, "Who made it"),
	LIVE("speed", INT, NULL, "MHz"),
	LIVE("modelname", STRING, NULL, "What it is"),
	LIVE("family", INT, NULL, "What it is, in numbers"),
	LIVE("model", INT, NULL, "What it is, in numbers"),
	LIVE("stepping", STRING, NULL, "What it is, in numbers"),
	LIVE("flags", STRING, NULL, "What it can"),
	LIVE("features", STRING, NULL, "What it can"),
	LIVE("utilisation", FLOAT, NULL, "How busy it is, 0 to 1"),
	OTHER_CONFIG,
};

MODEL_CLASS_PLAIN(host_cpu, "A CPU of a host", READ_ONLY, ADMIN, 0);

static const struct model_field host_crashdump_fields[] = {
	UUID,
	RO("host", REF(host), NULL, "The host that crashed"),
	RO("timestamp", DATETIME, NULL, "When it crashed"),
	RO("size", INT, NULL, "Bytes"),
	OTHER_CONFIG,
};

MODEL_CLASS_PLAIN(host_crashdump, "What a host left when it crashed", READ_ONLY, ADMIN, 0);

static const struct model_field PCI_fields[] = {
	UUID,
	RO("class_id", STRING, NULL, "Its kind, a number"),
	RO("class_name", STRING, NULL, "Its kind"),
	RO("vendor_id", STRING, NULL, "Who made it, a number"),
	RO("vendor_name", STRING, NULL, "Who made it"),
	RO("device_id", STRING, NULL, "What it is, a number"),
	RO("device_name", STRING, NULL, "What it is"),
	RO("host", REF(host), NULL, "Its host"),
	RO("pci_id", STRING, NULL, "Where it is: 0000:00:02.0"),
	RO("functions", INT, "1", "How many functions the device has"),
	RO("dependencies", SET(REF(PCI)), NULL, "What goes where it goes"),
	OTHER_CONFIG,
	RO("subsystem_vendor_id", STRING, NULL, "Who made the card, a number"),
	RO("subsystem_vendor_name", STRING, NULL, "Who made the card"),
	RO("subsystem_device_id", STRING, NULL, "What the card is, a number"),
	RO("subsystem_device_name", STRING, NULL, "What the card is"),
	RO("driver_name", STRING, NULL, "Its driver"),
};

MODEL_CLASS_PLAIN(PCI, "A PCI device of a host", READ_ONLY, ADMIN, 0);

static const struct model_field PGPU_fields[] = {
	UUID,
	RO("PCI", REF(PCI), NULL, "Its PCI device"),
	RO("GPU_group", STRING, NULL, "None here"),
	RO("host", REF(host), NULL, "Its host"),
	OTHER_CONFIG,
	RO("supported_VGPU_types", STRING_SET, NULL, "None here"),
	RO("enabled_VGPU_types", STRING_SET, NULL, "None here"),
	RO("resident_VGPUs", STRING_SET, NULL, "None here"),
	RO("dom0_access", ENUM(pgpu_dom0), "enabled", "The host uses it itself"),
	RO("is_system_display_device", BOOL, NULL, "The host's screen is on it"),
};

MODEL_CLASS_PLAIN(PGPU, "A GPU of a host", READ_ONLY, ADMIN, 0);
