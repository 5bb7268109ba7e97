// SPDX-License-Identifier: GPL-2.0-or-later
// Where a walk through the console leads. Names in braces are objects of seed.py, by their class.
module.exports = [
	"#/",
	"#/vms",
	"#/vms/templates",
	"#/vms/new",
	...["", "/console", "/disks", "/networks", "/snapshots", "/settings", "/log"].map(
		(tab) => `#/vms/{VM db-primary}${tab}`,
	),
	"#/storage",
	"#/storage/{SR local}",
	"#/storage/{SR images}",
	"#/networks",
	"#/networks/{network xenbr0}",
	"#/networks/{network DMZ}",
	"#/networks/{network Storage}",
	...[
		"",
		"settings",
		"accounts",
		"certificate",
		"updates",
		"backup",
		"power",
		"logs",
		"audit",
	].map((tab) => `#/host${tab && "/"}${tab}`),
	"#/events",
	"#/no-such-place",
];
