# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens when a guest ends, misbehaves, or crashes: on_poweroff, on_reboot, on_crash, and everybody else goes on."""
import re

from machine import PATIENCE

CREATE = 300


def wait_until(host, what, condition, seconds):
    for _ in range(seconds * PATIENCE):
        if condition(host.domains()):
            return
        host.run("sleep 1", 90)
    raise AssertionError(f"not within {seconds} s: {what}; domains: {host.domains()}")


def state_of(domains, name):
    return domains[name]["state"] if name in domains else ""


def create(host, *words):
    """Starts the demo guest with these settings, waits for its shell, leaves the console."""
    host.enter_guest("xl create -c demo " + " ".join(words), CREATE)
    return host.count


def leave_what_ended(host, entered):
    """The console of a preserved domain may stay."""
    if host.machine.expect([rb"end%d=" % entered], 5, patience=1) != 0:
        host.leave_guest(entered)


def test_poweroff_destroys(host):
    entered = create(host, "'on_poweroff=\"destroy\"'")
    host.machine.send("poweroff -f\n")
    host.must_see([rb"end%d=" % entered], 60, "the end of the console")
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)


def test_poweroff_can_preserve(host):
    entered = create(host, "'on_poweroff=\"preserve\"'")
    host.machine.send("poweroff -f\n")
    leave_what_ended(host, entered)
    wait_until(host, "the guest is off, but there", lambda d: "s" in state_of(d, "demo"), 30)


def test_reboot_restarts(host):
    entered = create(host, "'on_reboot=\"restart\"'")
    first = host.in_guest("cat /proc/sys/kernel/random/boot_id")
    host.machine.send("reboot -f\n")
    index = host.machine.expect([rb"end%d=" % entered, rb"demo# "], CREATE)
    if index == 1:      # the console followed the guest into its new life
        assert host.in_guest("cat /proc/sys/kernel/random/boot_id") != first
        host.leave_guest(entered)
    wait_until(host, "the guest runs again", lambda d: d.get("demo", {"id": 0})["id"] > 0, 60)


def test_reboot_can_destroy(host):
    entered = create(host, "'on_reboot=\"destroy\"'")
    host.machine.send("reboot -f\n")
    host.must_see([rb"end%d=" % entered], 60, "the end of the console")
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)


def test_crash_destroys(host):
    entered = create(host, "'on_crash=\"destroy\"'")
    host.machine.send("echo c > /proc/sysrq-trigger\n")
    host.must_see([rb"end%d=" % entered], 90, "the end of the console")
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)
    # However quick that was, people are told.
    host.run("i=0; until xe message-list name=VM_CRASHED --minimal | grep -q .; do sleep 1; "
             "i=$((i+1)); [ $i -lt 120 ] || exit 1; done", 600)


def test_crash_can_preserve(host):
    entered = create(host, "'on_crash=\"preserve\"'")
    host.machine.send("echo c > /proc/sysrq-trigger\n")
    leave_what_ended(host, entered)
    wait_until(host, "the guest is kept as crashed", lambda d: "c" in state_of(d, "demo"), 30)
    host.run("xl destroy demo", 120)
    assert list(host.domains()) == ["Domain-0"]


def test_triple_fault_is_handled(host):
    host.run("xl create /dev/null 'name=\"tf\"' 'kernel=\"/images/triple_fault.elf\"' memory=64 "
             "'type=\"pvh\"' 'on_crash=\"destroy\"' 'on_reboot=\"destroy\"'", CREATE)
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 30)


def test_spinning_guest_starves_nobody(host):
    for name in ("spin1", "spin2"):
        host.run(f"xl create /dev/null 'name=\"{name}\"' 'kernel=\"/images/spin.elf\"' memory=64 "
                 "'type=\"pvh\"'", CREATE)
    host.run("sleep 2", 90)
    rows = host.domains()
    assert {"spin1", "spin2"} <= set(rows)
    host.run("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done", 90)

    def both_ran(_):
        times = re.findall(r"^spin\d.* ([\d.]+)$", host.run("xl list"), re.M)
        return len(times) == 2 and min(map(float, times)) > 0.2

    wait_until(host, "both had their share of CPU", both_ran, 30)
