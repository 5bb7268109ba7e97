// SPDX-License-Identifier: GPL-2.0-or-later
/* Domain 0's construction at start-up. */
#ifndef SOCLE_DOM0_H
#define SOCLE_DOM0_H

#include "types.h"

struct boot_info;
struct acpi_info;

/*
 * Builds domain 0 from the boot modules and makes its first vCPU runnable; panics with what is
 * wrong.
 */
void dom0_build(const struct boot_info *bi, const struct acpi_info *acpi, unsigned nr_vcpus);

#endif
