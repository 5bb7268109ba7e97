# SPDX-License-Identifier: GPL-2.0-or-later
$(eval $(call unit_test,vioapic,vioapic,hypervisor/hvm/vioapic.c))
