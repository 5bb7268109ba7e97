// SPDX-License-Identifier: GPL-2.0-or-later
/* The same on VT-d, which QEMU has beside an AMD CPU as well. */
#define IOMMU    "intel-iommu"
#define wanted() need_ours() /* Xen does not */

#include "iommu.c"
