# SPDX-License-Identifier: GPL-2.0-or-later
"""From power-on to a login and back: the ISO, a direct start, power-off and reboot."""
from control_domain import ControlDomain
from machine import Machine

ENDED = 60


def gone(machine):
    """True when QEMU ends by itself."""
    return machine.expect([], ENDED) == -1 and machine.why == "the machine stopped"


def test_a_stick_boots_to_a_login(only_socle, build, log):
    """The ISO as a disk; as a CD the machine that most tests share was started from it."""
    stick = ["-drive", f"file={build}/socle.iso,format=raw,if=virtio,snapshot=on"]
    with Machine(stick, log) as machine:
        assert machine.expect([rb"try Socle"], 60) == 0, f"no boot menu: {machine.why}"
        assert machine.expect([rb"Socle hypervisor"], 60) == 0, f"no hypervisor: {machine.why}"
        host = ControlDomain(machine)
        host.login()
        assert host.run("cat /sys/hypervisor/type").strip() == "xen"
        assert host.run("cat /sys/hypervisor/guest_type").strip() == "PVH"
        host.machine.send("poweroff\n")
        assert gone(machine), f"power-off: {machine.why}"


def test_direct_start_and_reboot(build, hypervisor, log):
    banner = rb"Socle hypervisor" if hypervisor == "socle" else rb"Xen version 4\.20"
    # Xen's "noreboot" is for crashes and would stop this, too.
    with Machine.direct(build, hypervisor, log, reboots=True) as machine:
        machine.expect([banner], 60)
        host = ControlDomain(machine)
        host.login()
        host.machine.send("reboot\n")
        assert machine.expect([banner], 120) == 0, f"not started again: {machine.why}"


def test_maxcpus_and_dom0_vcpus(build, hypervisor, log):
    with Machine.direct(build, hypervisor, log, words="dom0_max_vcpus=1", cpus=2) as machine:
        host = ControlDomain(machine)
        host.login()
        assert host.run("nproc").strip() == "1"
        assert "nr_cpus                : 2" in host.run("xl info")
        host.machine.send("poweroff\n")
        assert gone(machine), f"power-off: {machine.why}"
