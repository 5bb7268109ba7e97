# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that begins another kernel by itself (kexec, kdump): the same domain goes on, with new devices."""
import pytest

from test_devices import HERE, bridge, images, nothing_left  # noqa: F401 (fixtures, too)
from test_events import wait_until

# The rings are emptied by a hypercall of Socle's own.
pytestmark = pytest.mark.usefixtures("only_socle")

CREATE = 120
# Nothing but what the kernel would be told on any machine: where its tables are it must find out.
KEXEC = "kexec /kexec/kernel /kexec/initrd 'console=hvc0 second'\n"


def create(host, images, bridge, *words, memory=256):  # noqa: F811
    """The demo guest with a kernel to begin; the number that leaves its console."""
    host.enter_guest(f"xl create -c demo memory={memory} vcpus=2 "
                     "'ramdisk=\"/images/kexec.initrd\"' "
                     f"'disk=[\"{images}/a.img,raw,xvda,w\"]' 'vif=[\"bridge={bridge}\"]' "
                     + " ".join(words), CREATE)
    entered = host.count
    return entered


def devices_work(host, text):
    """The disk takes text, and the interface reaches the control domain."""
    host.in_guest(f"echo {text} >/tmp/t; dd if=/tmp/t of=/dev/xvda conv=fsync 2>/dev/null")
    host.in_guest("ip addr add 10.99.0.2/24 dev eth0; ip link set eth0 up")
    assert " 0% packet loss" in host.in_guest(f"ping -c 2 -W 30 {HERE}", 120)


def test_another_kernel_goes_on_in_the_same_domain(host, images, bridge):  # noqa: F811
    entered = create(host, images, bridge)
    as_it_is = "nproc; cat /sys/hypervisor/guest_type /sys/hypervisor/uuid"
    first = host.in_guest(as_it_is).split()
    assert first[:2] == ["2", "PVH"]
    devices_work(host, "from-the-first")
    host.machine.send(KEXEC)
    host.must_see([rb"demo# "], CREATE, "the second kernel's shell")
    assert host.in_guest("cat /proc/cmdline").endswith("console=hvc0 second")
    assert host.in_guest(as_it_is).split() == first
    assert host.in_guest("head -n 1 /dev/xvda") == "from-the-first"
    devices_work(host, "from-the-second")
    host.leave_guest(entered)
    assert "goes on with another kernel" in host.run("cat /var/log/xen/xl-demo.log")
    host.run("xl shutdown -w demo", 180)
    nothing_left(host)


def test_the_kernel_for_a_crash_goes_on_in_the_same_domain(host, images, bridge):  # noqa: F811
    entered = create(host, images, bridge, "'cmdline=\"console=hvc0 crashkernel=160M\"'",
                     memory=384)
    release = host.in_guest("uname -r")
    host.in_guest("kexec -p /kexec/kernel /kexec/initrd 'console=hvc0 nr_cpus=1'")
    assert host.in_guest("cat /sys/kernel/kexec_crash_loaded") == "1"
    # Not on the first vCPU: that is one of those that the panic stops, for good.
    host.machine.send("taskset 2 sh -c 'echo c >/proc/sysrq-trigger'\n")
    host.must_see([rb"demo# "], CREATE, "the crash kernel's shell")
    assert host.in_guest("nproc") == "1"
    assert host.in_guest("head -c 16384 /proc/vmcore | tr '\\0' '\\n' | grep OSRELEASE") == \
        f"OSRELEASE={release}"
    devices_work(host, "from-the-crash-kernel")
    host.leave_guest(entered)
    assert "goes on with another kernel" in host.run("cat /var/log/xen/xl-demo.log")
    host.run("xl shutdown -w demo", 180)
    nothing_left(host)


def test_a_guest_that_may_not_is_destroyed(host, images, bridge):  # noqa: F811
    entered = create(host, images, bridge, "'on_soft_reset=\"destroy\"'")
    host.machine.send(KEXEC)
    host.must_see([rb"end%d=" % entered], 120, "the end of the console")
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)
    nothing_left(host)
