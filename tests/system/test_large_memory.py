# SPDX-License-Identifier: GPL-2.0-or-later
"""RAM above 4 GiB, where the hypervisor keeps its table of frames if there is any."""
from machine import Machine


def test_memory_above_4_gib_is_used(only_socle, build, log):
    with Machine.direct(build, "socle", log, modules=f"{build}/tests/system/images/idle.elf",
                        memory=6144) as machine:
        assert machine.expect([rb"RAM (\d+) MB: domain 0 (\d+) MB, heap (\d+) MB"], 60) == 0, \
            machine.why
        ram, dom0, heap = (int(number) for number in machine.match.groups())
        assert 6000 < ram <= 6144
        assert heap > ram - dom0 - 150
        index = machine.expect([rb"starting domain 0", rb"PANIC: ([^\r\n]+)"], 60)
        assert index == 0, machine.match and machine.match[0]
