# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,acpi,acpi,hypervisor/x86/acpi_parse.c hypervisor/x86/acpi_dom0.c))
