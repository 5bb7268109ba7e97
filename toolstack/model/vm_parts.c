// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table: what belongs to a VM and is neither disk nor interface.
 */
#include "model/table.h"

static const struct model_field VM_metrics_fields[] = {
	UUID,
	LIVE("memory_actual", INT, NULL, "What it has now, bytes"),
	LIVE("VCPUs_number", INT, NULL, "Virtual CPUs that it has now"),
	LIVE("VCPUs_utilisation", MAP(FLOAT), NULL, "How busy each is, 0 to 1"),
	LIVE("VCPUs_CPU", MAP(INT), NULL, "The host's CPU that each runs on"),
	LIVE("VCPUs_params", STRING_MAP, NULL, "Their scheduling as it is now"),
	LIVE("VCPUs_flags", MAP(STRING_SET), NULL, "Their state"),
	LIVE("state", STRING_SET, NULL, "Its state as the hypervisor calls it"),
	RO("start_time", DATETIME, NULL, "When it was last started"),
	RO("install_time", DATETIME, NULL, "When it was made"),
	LIVE("last_updated", DATETIME, NULL, "When this was measured"),
	OTHER_CONFIG,
	LIVE("hvm", BOOL, NULL, "It has emulated devices"),
	LIVE("nested_virt", BOOL, NULL, "It can virtualise itself"),
	LIVE("nomigrate", BOOL, NULL, "It cannot go to another host"),
	LIVE("current_domain_type", ENUM(domain_type), "unspecified", "How it is virtualised now"),
};

MODEL_CLASS_PLAIN(VM_metrics, "What is measured of a VM from outside", READ_ONLY, OPERATOR, 0);

static const struct model_field VM_guest_metrics_fields[] = {
	UUID,
	LIVE("os_version", STRING_MAP, NULL, "Its operating system"),
	LIVE("netbios_name", STRING_MAP, NULL, "Its name in Windows networks"),
	LIVE("PV_drivers_version", STRING_MAP, NULL, "Its paravirtual drivers"),
	LIVE("PV_drivers_up_to_date", BOOL, NULL, "For old clients"),
	LIVE("memory", STRING_MAP, NULL, "For old clients"),
	LIVE("disks", STRING_MAP, NULL, "Its disks as it names them"),
	LIVE("networks", STRING_MAP, NULL, "Its addresses: 0/ip, 0/ipv6/0"),
	LIVE("other", STRING_MAP, NULL, "What else it tells"),
	LIVE("last_updated", DATETIME, NULL, "When it last told something"),
	OTHER_CONFIG,
	LIVE("live", BOOL, NULL, "Its agent answers"),
	LIVE("can_use_hotplug_vbd", ENUM(tristate), "unspecified", "Disks can come and go"),
	LIVE("can_use_hotplug_vif", ENUM(tristate), "unspecified", "Interfaces can come and go"),
	LIVE("PV_drivers_detected", BOOL, NULL, "It uses a paravirtual device"),
	LIVE("services", STRING_MAP, NULL, "Services that it tells of"),
};

MODEL_CLASS_PLAIN(VM_guest_metrics, "What a VM tells of itself", READ_ONLY, OPERATOR, 0);

static const struct model_field console_fields[] = {
	UUID,
	STATIC("protocol", ENUM(console_protocol), "vt100", "vt100: text; rfb: a screen"),
	STATIC("location", STRING, NULL, "The URL that it is at"),
	STATIC("VM", REF(VM), NULL, "The VM that it belongs to"),
	OTHER_CONFIG,
};

MODEL_CLASS_PLAIN(console, "A console of a VM", READ_ONLY, OPERATOR, 0);

static const struct model_field crashdump_fields[] = {
	UUID,
	STATIC("VM", REF(VM), NULL, "The VM that crashed"),
	STATIC("VDI", REF(VDI), NULL, "The disk that it is on"),
	OTHER_CONFIG,
};

MODEL_CLASS_PLAIN(crashdump, "What a VM left when it crashed", READ_ONLY, OPERATOR, 0);

static const struct model_field VTPM_fields[] = {
	UUID,
	LIVE("allowed_operations", STRING_SET, NULL, "What can be asked of it now"),
	LIVE("current_operations", STRING_MAP, NULL, "What is going on"),
	STATIC("VM", REF(VM), NULL, "The VM that it belongs to"),
	STATIC("backend", REF(VM), NULL, "The domain that emulates it"),
	RO("persistence_backend", STRING, NULL, "Where it keeps its contents"),
	RO("is_unique", BOOL, NULL, "Never copied with its VM"),
	RO("is_protected", BOOL, NULL, "Its contents are encrypted"),
};

MODEL_CLASS_PLAIN(VTPM, "A virtual trusted platform module", READ_ONLY, OPERATOR, 0);
