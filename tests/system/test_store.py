# SPDX-License-Identifier: GPL-2.0-or-later
"""The store between guests and control domain: what is in it, and ending guests by asking them."""
import pytest

from test_events import CREATE, create, wait_until

ASK = 180   # seconds for a guest to hear and to stop; its init takes its time


@pytest.fixture
def demo(host):
    """The demo guest, at its shell; its domain id."""
    host.leave_guest(create(host))
    return host.domains()["demo"]["id"]


def node(host, path):
    return host.run(f"xenstore read {path}").strip()


def wait_for(host, path):
    for _ in range(120):
        if host.try_run(f"xenstore exists {path}")[0] == 0:
            return
        host.run("sleep 1", 90)
    raise AssertionError(f"there is no {path}")


def test_store_knows_the_control_domain(host):
    assert node(host, "/local/domain/0/name") == "Domain-0"
    # Written by its kernel, which is connected by a ring of its own.
    wait_for(host, "/local/domain/0/control/feature-poweroff")
    assert node(host, "/local/domain/0/control/feature-poweroff") == "1"


def test_store_knows_a_guest(host, demo):
    home = f"/local/domain/{demo}"
    assert node(host, f"{home}/name") == "demo"
    assert node(host, f"{home}/domid") == str(demo)
    assert node(host, f"{home}/memory/target") == str(128 * 1024)
    assert node(host, node(host, f"{home}/vm") + "/name") == "demo"
    # The guest's kernel has said what it can do.
    assert node(host, f"{home}/control/feature-poweroff") == "1"
    assert node(host, f"{home}/control/feature-reboot") == "1"
    assert f"name = \"demo\"  (n0,r{demo})" in host.run(f"xenstore ls -p {home}")
    host.run("xl rename demo other")
    assert node(host, f"{home}/name") == "other"
    host.run("xl destroy other", 120)
    assert host.try_run(f"xenstore exists {home}")[0] == 1


def test_memory_stays_when_more_is_allowed(host):
    """The balloon driver must not give back the difference between memory and maxmem."""
    entered = create(host, "memory=128", "maxmem=256")
    host.in_guest("sleep 2")
    total = int(host.in_guest("sed -n 's/^MemTotal: *//p' /proc/meminfo").split()[0])
    host.leave_guest(entered)
    assert total > 70 * 1024
    assert host.domains()["demo"]["memory"] in (127, 128, 129)


def test_shutdown(host, demo):
    host.run("xl shutdown -w demo", ASK)
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)
    # By its own init, and not as if its power went.
    assert "Requesting system poweroff" in host.run("cat /var/log/xen/console/guest-demo.log")


def test_reboot(host, demo):
    host.run("xl reboot demo", ASK)
    wait_until(host, "it runs again", lambda d: d.get("demo", {"id": 0})["id"] > demo, CREATE)
    assert "Requesting system reboot" in host.run("cat /var/log/xen/console/guest-demo.log")
    host.enter_guest("xl console demo", CREATE)
    host.leave_guest(host.count)


def test_shutdown_of_all(host, demo):
    host.enter_guest("xl create -c demo 'name=\"second\"'", CREATE)
    host.leave_guest(host.count)
    host.run("xl shutdown -a -w", ASK)
    wait_until(host, "both guests are gone", lambda d: list(d) == ["Domain-0"], 30)


def test_shutdown_of_a_paused_guest(host, demo):
    host.run("xl pause demo")
    status, output = host.try_run("xl shutdown demo", ASK)
    assert status != 0 and "paused" in output
    host.run("xl unpause demo")
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], ASK)


def test_shutdown_of_a_guest_that_cannot_hear(host):
    host.run("echo 'kernel=\"/images/spin.elf\"' >/tmp/spin.cfg")
    host.run("xl create /tmp/spin.cfg 'name=\"spin\"' memory=64 'type=\"pvh\"'", CREATE)
    host.run("xl shutdown -F -w spin", ASK)
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)


def test_without_a_store(host):
    host.run("sv stop /etc/service/xenstored", ASK)
    try:
        host.start("xl create demo")
        status, output = host.finish(CREATE)
        assert status == 0 and "xenstored" in output
        host.enter_guest("xl console demo", CREATE)
        host.leave_guest(host.count)
        status, output = host.try_run("xl shutdown demo", ASK)
        assert status != 0 and "xenstored" in output and "-F" in output
        host.run("xl shutdown -F -w demo", ASK)
        wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)
    finally:
        host.run("sv start /etc/service/xenstored", ASK)
        wait_for(host, "/tool")
