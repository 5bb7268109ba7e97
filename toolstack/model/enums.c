// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The enumerations: their names are XenAPI's.
 */
#include "model/table.h"

#define ENUMERATION(n, ...)                                   \
	const struct model_type model_##n = { MODEL_ENUM, #n, \
					      (const char *const[]){ __VA_ARGS__, NULL }, NULL }

ENUMERATION(power_state, "Halted", "Paused", "Running", "Suspended");
ENUMERATION(vm_operation, "snapshot", "clone", "copy", "create_template", "revert", "checkpoint",
	    "snapshot_with_quiesce", "provision", "start", "start_on", "pause", "unpause",
	    "clean_shutdown", "clean_reboot", "hard_shutdown", "power_state_reset", "hard_reboot",
	    "suspend", "csvm", "resume", "resume_on", "pool_migrate", "migrate_send",
	    "get_boot_record", "send_sysrq", "send_trigger", "query_services", "shutdown",
	    "call_plugin", "changing_memory_live", "awaiting_memory_live", "changing_dynamic_range",
	    "changing_static_range", "changing_memory_limits", "changing_shadow_memory",
	    "changing_shadow_memory_live", "changing_VCPUs", "changing_VCPUs_live",
	    "changing_NVRAM", "assert_operation_valid", "data_source_op",
	    "update_allowed_operations", "make_into_template", "import", "export",
	    "metadata_export", "reverting", "destroy", "create_vtpm");
ENUMERATION(on_exit, "destroy", "restart");
ENUMERATION(on_crash, "destroy", "coredump_and_destroy", "restart", "coredump_and_restart",
	    "preserve", "rename_restart");
ENUMERATION(on_soft_reboot, "soft_reboot", "destroy", "restart", "preserve");
ENUMERATION(domain_type, "hvm", "pv", "pv_in_pvh", "pvh", "unspecified");
ENUMERATION(tristate, "yes", "no", "unspecified");

ENUMERATION(vbd_mode, "RO", "RW");
ENUMERATION(vbd_type, "CD", "Disk", "Floppy");
ENUMERATION(vbd_operation, "attach", "eject", "insert", "plug", "unplug", "unplug_force", "pause",
	    "unpause");
ENUMERATION(vif_operation, "attach", "plug", "unplug", "unplug_force");
ENUMERATION(locking_mode, "network_default", "locked", "unlocked", "disabled");
ENUMERATION(ipv4_mode, "None", "Static");
ENUMERATION(ipv6_mode, "None", "Static");
ENUMERATION(console_protocol, "vt100", "rfb", "rdp");

ENUMERATION(vdi_type, "system", "user", "ephemeral", "suspend", "crashdump", "ha_statefile",
	    "metadata", "redo_log", "rrd", "pvs_cache", "cbt_metadata");
ENUMERATION(vdi_operation, "clone", "copy", "resize", "resize_online", "snapshot", "mirror",
	    "destroy", "forget", "update", "force_unlock", "generate_config", "enable_cbt",
	    "disable_cbt", "data_destroy", "list_changed_blocks", "set_on_boot", "blocked");
ENUMERATION(on_boot, "reset", "persist");
ENUMERATION(sr_operation, "scan", "destroy", "forget", "plug", "unplug", "update", "vdi_create",
	    "vdi_introduce", "vdi_destroy", "vdi_resize", "vdi_clone", "vdi_snapshot", "vdi_mirror",
	    "vdi_enable_cbt", "vdi_disable_cbt", "vdi_data_destroy", "vdi_list_changed_blocks",
	    "vdi_set_on_boot", "pbd_create", "pbd_destroy");

ENUMERATION(network_operation, "attaching");
ENUMERATION(locking_default, "unlocked", "disabled");
ENUMERATION(ip_mode, "None", "DHCP", "Static");
ENUMERATION(ip6_mode, "None", "DHCP", "Static", "Autoconf");
ENUMERATION(address_type, "IPv4", "IPv6");
ENUMERATION(bond_mode, "balance-slb", "active-backup", "lacp", "balance-alb");
ENUMERATION(igmp, "enabled", "disabled", "unknown");

ENUMERATION(host_operation, "provision", "evacuate", "shutdown", "reboot", "power_on", "vm_start",
	    "vm_resume", "vm_migrate", "apply_updates", "enable");
ENUMERATION(host_ntp_mode, "DHCP", "Custom", "Factory", "Disabled");
ENUMERATION(certificate_type, "ca", "host", "host_internal");
ENUMERATION(host_display, "enabled", "disable_on_reboot", "disabled", "enable_on_reboot");
ENUMERATION(pgpu_dom0, "enabled", "disable_on_reboot", "disabled", "enable_on_reboot");
ENUMERATION(pool_operation, "ha_enable", "ha_disable", "cluster_create", "designate_new_master",
	    "configure_repositories", "sync_updates", "get_updates", "apply_updates",
	    "tls_verification_enable", "cert_refresh", "exchange_certificates_on_join",
	    "exchange_ca_certificates_on_join", "copy_primary_host_certs", "eject");

ENUMERATION(task_operation, "cancel", "destroy");
ENUMERATION(task_status, "pending", "success", "failure", "cancelling", "cancelled");
ENUMERATION(event_operation, "add", "del", "mod");
ENUMERATION(message_class, "VM", "Host", "SR", "Pool", "VMPP", "VMSS", "PVS_proxy", "VDI",
	    "Certificate");
