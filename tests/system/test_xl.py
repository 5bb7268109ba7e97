# SPDX-License-Identifier: GPL-2.0-or-later
"""xl in the control domain, with the demo guest: what it prints, and a guest's life from create to destroy."""
import re

import pytest

from test_events import wait_until

CREATE = 300   # seconds; Xen under emulation takes more than a minute


def test_info(host):
    info = dict(re.findall(r"^(\w+)\s*: (.*)$", host.run("xl info"), re.M))
    assert info["nr_cpus"] == "2"
    assert info["xen_version"].startswith("4.20")
    assert "hvm-3.0-x86_64" in info["xen_caps"]
    assert 2000 <= int(info["total_memory"]) <= 2048
    assert 1000 <= int(info["free_memory"]) < int(info["total_memory"])
    assert info["xen_pagesize"] == "4096"


def test_list(host):
    output = host.run("xl list").strip().split("\n")
    assert output[0].split() == ["Name", "ID", "Mem", "VCPUs", "State", "Time(s)"]
    assert host.domains()["Domain-0"]["id"] == 0
    assert host.domains()["Domain-0"]["vcpus"] == 2
    assert host.domains()["Domain-0"]["state"].startswith("r")


def test_dmesg(host, hypervisor):
    # Counted there: lines that look like the hypervisor's own are left out of what run() returns.
    word = "Socle hypervisor" if hypervisor == "socle" else "AMD-V"
    assert int(host.run(f"xl dmesg | grep -c '{word}'")) >= 1


def test_unknown_domain_and_command(host):
    status, output = host.try_run("xl destroy nobody")
    assert status != 0 and "nobody" in output
    status, output = host.try_run("xl nonsense")
    assert status != 0 and "nonsense" in output
    status, output = host.try_run("xl destroy 0")
    assert status != 0


def test_demo_guest_on_its_console(host):
    host.enter_guest("xl create -c demo", CREATE)
    entered = host.count
    assert host.in_guest("echo $((6 * 7))") == "42"
    assert host.in_guest("cat /sys/hypervisor/guest_type") == "PVH"
    assert host.leave_guest(entered) == 0
    assert host.domains()["demo"]["vcpus"] == 1
    host.enter_guest("xl console demo", 30, prompt=rb"guest_type")  # said before, shown again
    entered = host.count
    host.machine.send("\n")
    assert host.in_guest("echo again") == "again"
    host.leave_guest(entered)
    log = host.run("cat /var/log/xen/console/guest-demo.log")
    assert "Hello from the demo guest" in log
    assert "Linux version" in log
    host.run("xl destroy demo", 120)
    assert list(host.domains()) == ["Domain-0"]


@pytest.mark.parametrize("vcpus", [1, 2, 4])
def test_vcpus(host, vcpus):
    host.enter_guest(f"xl create -c demo vcpus={vcpus}", CREATE)
    entered = host.count
    assert host.in_guest("nproc") == str(vcpus)
    assert host.in_guest("i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo $i", 120) == "1000"
    host.leave_guest(entered)
    assert host.domains()["demo"]["vcpus"] == vcpus
    assert len(re.findall(r"^demo\b", host.run("xl vcpu-list"), re.M)) == vcpus


@pytest.mark.parametrize("megabytes", [80, 1024])
def test_memory(host, megabytes):
    host.enter_guest(f"xl create -c demo memory={megabytes}", CREATE)
    entered = host.count
    total = int(re.search(r"\d+", host.in_guest("grep MemTotal /proc/meminfo"))[0]) // 1024
    assert megabytes * 0.4 < total <= megabytes
    host.leave_guest(entered)
    assert host.domains()["demo"]["memory"] in (megabytes, megabytes - 1, megabytes + 1)


def test_guest_of_64_megabytes(host):
    host.run("xl create /dev/null 'name=\"small\"' 'kernel=\"/images/spin.elf\"' memory=64 "
             "'type=\"pvh\"'")
    assert host.domains()["small"]["memory"] in (63, 64)
    wait_until(host, "it runs", lambda d: d["small"]["state"][0] == "r" or
               float(host.run("xl list small").split()[-1]) > 0, 30)


def test_guest_too_large_is_refused(host):
    status, output = host.try_run("xl create demo memory=100000", CREATE)
    assert status != 0
    assert re.search(r"memory|MB|MiB", output), output
    assert list(host.domains()) == ["Domain-0"]


def test_same_name_twice_is_refused(host):
    host.run("xl create demo", CREATE)
    status, output = host.try_run("xl create demo", CREATE)
    assert status != 0 and "demo" in output


def test_pause_and_unpause(host):
    host.enter_guest("xl create -c demo", CREATE)
    entered = host.count
    host.leave_guest(entered)
    host.run("xl pause demo")
    assert "p" in host.domains()["demo"]["state"]
    before = host.run("xl list demo").split()[-1]
    host.run("sleep 2")
    assert host.run("xl list demo").split()[-1] == before
    host.run("xl unpause demo")
    assert "p" not in host.domains()["demo"]["state"]


def test_ten_in_a_row_give_their_memory_back(host, hypervisor):
    rounds = 10 if hypervisor == "socle" else 3     # each takes a minute on Xen
    host.run("xl create demo memory=64", CREATE)
    host.run("xl destroy demo", 120)
    before = host.free_memory()
    for _ in range(rounds):
        host.run("xl create demo memory=64", CREATE)
        host.run("xl destroy demo", 120)
    wait_until(host, "all memory is free again", lambda _: host.free_memory() == before, 30)


def test_idle_guest_uses_little_cpu(host):
    host.enter_guest("xl create -c demo", CREATE)
    host.leave_guest(host.count)
    host.run("sleep 3")
    before = float(host.run("xl list demo").split()[-1])
    host.run("sleep 5", 90)
    used = float(host.run("xl list demo").split()[-1]) - before
    assert used < 3, f"{used} s of CPU in about 5 s of idling"
