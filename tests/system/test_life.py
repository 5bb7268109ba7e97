# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done to a running guest: its CPUs and memory, saving and restoring it; and many at once."""
import re

import pytest

from busy_guest import MAC, BusyGuest
from test_devices import BRIDGE, bridge, images, left, nothing_left  # noqa: F401 (fixtures, too)
from test_events import wait_until

CREATE = 300    # seconds; as in test_xl.py
SAVE = 300
# A line a second on the console, as long as the guest lives.
COUNT = "(i=0; while :; do i=$((i+1)); echo tick $i; sleep 1; done) &"


def start_demo(host, *settings):
    """The demo guest, whose shell prompt has been seen."""
    host.enter_guest("xl create -c demo " + " ".join(settings), CREATE)
    host.leave_guest(host.count)


def start_counting(host, *settings):
    host.enter_guest("xl create -c demo " + " ".join(settings), CREATE)
    entered = host.count
    host.machine.send(COUNT + "\n")
    host.must_see([rb"tick 2\b"], 60, "the guest's counting")
    host.leave_guest(entered)


def last_tick(host, name="demo"):
    log = f"/var/log/xen/console/guest-{name}.log"
    return int(host.run(f"grep -o 'tick [0-9]*' {log} | tail -n 1").split()[1])


def counts_on(host, name="demo"):
    before = last_tick(host, name)
    wait_until(host, "the guest counts on", lambda _: last_tick(host, name) > before, 30)
    return True


def ask_guest(host, command, name="demo"):
    """Output of a command in a guest that shows its prompt, or will."""
    entered = host.enter_console(name)
    output = host.in_guest(command)
    host.leave_guest(entered)
    return output


def until(host, condition, seconds=120):
    """Whether a shell condition in the control domain becomes true."""
    return host.try_run(f"i=0; until {condition}; do [ $i -lt {seconds * 2} ] || break; "
                        f"i=$((i+1)); usleep 500000; done; {condition}", seconds * 20)[0] == 0


def freed(host, free):
    """So much is free as was before, or soon: who has pages of a domain lets go when it is gone."""
    wait_until(host, f"{free} MiB are free",
               lambda _: host.free_memory() in (free - 1, free, free + 1), 30)


def limit_of(host, name):
    """What a domain may take at most."""
    return host.run(f"xl list -l {name} | grep max_memkb").strip()


def memory_is(megabytes):
    low, high = megabytes - 2, megabytes + 2
    return f"xl list demo | awk 'NR == 2 {{ exit !($3 >= {low} && $3 <= {high}) }}'"


# ---- CPUs ---------------------------------------------------------------------------------------

def test_pin_and_weight(host):
    start_demo(host, "cpus=1", "cpu_weight=512", "cap=80")
    row = host.run("xl vcpu-list demo").strip().split("\n")[1]
    assert row.endswith("1 / all"), row
    assert host.run("xl sched-credit -d demo").split()[-2:] == ["512", "80"]
    host.run("xl vcpu-pin demo all 0 0-1; xl sched-credit -d demo -w 300 -c 0")
    row = host.run("xl vcpu-list demo").strip().split("\n")[1]
    assert row.endswith("0 / all"), row
    assert host.run("xl sched-credit -d demo").split()[-2:] == ["300", "0"]
    for bad in ["demo 0 7", "demo 5 0", "demo 0 x-y", "demo 0 1-0", "nobody 0 0"]:
        assert host.try_run(f"xl vcpu-pin {bad}")[0] != 0, bad
    assert host.try_run("xl sched-credit -d demo -w 0")[0] != 0
    assert host.run("xl vcpu-list demo").strip().split("\n")[1].endswith("0 / all")


def test_vcpu_set(host):
    start_demo(host, "vcpus=1", "maxvcpus=2")
    assert ask_guest(host, "nproc") == "1"
    host.run("xl vcpu-set demo 2")
    # A distribution's udev does this by itself.
    online = "/sys/devices/system/cpu/cpu1/online"
    assert ask_guest(host, f"i=0; until echo 1 2>/dev/null >{online}; do [ $i -lt 20 ] || break; "
                           "i=$((i+1)); usleep 500000; done; nproc").endswith("2")
    assert until(host, "[ $(xl list demo | awk 'NR == 2 { print $4 }') = 2 ]")
    host.run("xl vcpu-set demo 1")
    assert until(host, "[ $(xl list demo | awk 'NR == 2 { print $4 }') = 1 ]")
    for bad in ["0", "3", "x"]:
        assert host.try_run(f"xl vcpu-set demo {bad}")[0] != 0, bad


def test_top_uptime_rename_sysrq_trigger(host):
    start_demo(host)
    rows = host.run("xl top -b -i 2 -d 1", 60).strip().split("\n")
    assert rows[0].split()[:3] == ["NAME", "STATE", "CPU(sec)"]
    assert [r.split()[0] for r in rows[1:3]] == ["Domain-0", "demo"]
    assert float(rows[-2].split()[3]) > 0       # Domain-0 has run xl at least
    host.run("xl rename demo other")
    assert re.search(r"^other +\d+ +0:0\d:\d\d$", host.run("xl uptime other"), re.M)
    host.run("xl sysrq other h")
    assert until(host, "grep -q 'sysrq: HELP' /var/log/xen/console/guest-demo.log")
    assert host.try_run("xl sysrq other hh")[0] != 0
    host.run("xl trigger other nmi")
    assert host.try_run("xl trigger other nmi 9")[0] != 0
    assert host.try_run("xl trigger other power")[0] != 0
    assert "nothing" in host.try_run("xl trigger other s3resume")[1]


# ---- memory -------------------------------------------------------------------------------------

def test_mem_set_down_and_up(host):
    start_demo(host, "memory=128")
    free = host.free_memory()
    before = int(ask_guest(host, "awk '/MemTotal/ { print $2 }' /proc/meminfo"))
    host.run("xl mem-set demo 96")
    assert until(host, memory_is(96))
    assert int(ask_guest(host, "awk '/MemTotal/ { print $2 }' /proc/meminfo")) <= before - 30000
    assert host.free_memory() >= free + 30
    host.run("xl mem-set demo 128m")
    assert until(host, memory_is(128))
    assert int(ask_guest(host, "awk '/MemTotal/ { print $2 }' /proc/meminfo")) >= before - 2000
    for bad in ["256", "1", "x", "12q", "-5"]:
        assert host.try_run(f"xl mem-set demo {bad}")[0] != 0, bad
    assert host.try_run("xl mem-set 0 100")[0] != 0


def test_what_was_promised_is_not_given_to_others(host, only_socle):
    # Paused: it is told, and takes nothing.
    start_demo(host, "memory=128", "maxmem=1300")
    host.run("xl pause demo")
    free = host.free_memory()
    host.run(f"xl mem-set demo {128 + free - 600}")
    assert abs(host.free_memory() - free) < 4
    wanted = 700    # more than is left, and soon cleared
    status, output = host.try_run(f"xl create demo 'name=\"second\"' memory={wanted}", CREATE)
    assert status != 0 and "promised" in output and "2047 MiB" in output, output
    host.run("xl mem-set demo 128")
    host.run("xl mem-max demo 3000")
    status, output = host.try_run("xl mem-set demo 2500")
    assert status != 0 and "not enough memory" in output, output
    host.run(f"xl create -p demo 'name=\"second\"' memory={wanted}", CREATE)


# ---- saving and restoring -----------------------------------------------------------------------

@pytest.fixture
def saved(host):
    yield "/scratch/demo.save"
    host.try_run("rm -f /scratch/demo.save*")


def test_checkpoint_goes_on(host, saved):
    start_counting(host)
    domid = host.domains()["demo"]["id"]
    host.run(f"xl save -c demo {saved}", SAVE)
    assert counts_on(host)
    assert host.domains()["demo"]["id"] == domid
    assert int(host.run(f"wc -c <{saved}")) > 10 << 20


def test_save_and_restore(host, saved):
    free = host.free_memory()
    start_counting(host, "memory=128", "vcpus=2")
    with_guest, limit = host.free_memory(), limit_of(host, "demo")
    host.run(f"xl rename demo kept; xl save kept {saved}", SAVE)
    tick = last_tick(host)
    assert list(host.domains()) == ["Domain-0"]
    freed(host, free)
    for again in range(2):
        # Without what an earlier guest of that name has said.
        host.run(f"rm -f /var/log/xen/console/guest-kept.log; xl restore {saved}", SAVE)
        assert host.domains()["kept"]["vcpus"] == 2
        assert until(host, "grep -q tick /var/log/xen/console/guest-kept.log")
        assert counts_on(host, "kept")
        assert last_tick(host, "kept") >= tick
        assert abs(host.free_memory() - with_guest) <= 2
        assert limit_of(host, "kept") == limit
        # It still hears what it is asked.
        host.run(f"rm {saved}; xl save kept {saved}" if again == 0 else "xl shutdown -w kept", SAVE)
    assert until(host, "! xl list kept 2>/dev/null")
    freed(host, free)


def test_memory_and_vcpus_are_kept(host, saved):
    start_demo(host, "memory=128", "vcpus=1", "maxvcpus=2", "cpus=1", "cpu_weight=300")
    host.run("xl mem-set demo 104")
    assert until(host, memory_is(104))
    host.run(f"xl save demo {saved}; xl restore {saved}", 2 * SAVE)
    assert until(host, memory_is(104))
    assert host.run("xl vcpu-list demo").strip().split("\n")[1].endswith("1 / all")
    assert host.run("xl sched-credit -d demo").split()[-2:] == ["300", "0"]
    host.run("xl mem-set demo 128")
    assert until(host, memory_is(128))


def test_memory_that_moves(host, saved):
    """
    The kernel takes pages of xl's away for a moment when it makes room for large ones: while it
    fills a guest's memory and reads it, too.
    """
    host.run("(while :; do echo 1 >/proc/sys/vm/compact_memory; done) & echo $! >/tmp/compactor")
    try:
        for _ in range(5):
            host.run("xl create demo memory=128 && xl destroy demo", CREATE)
        start_demo(host, "memory=128")
        for _ in range(3):
            host.run(f"rm -f {saved}; xl save -c demo {saved}", SAVE)
        host.run("xl destroy demo")
    finally:
        host.run("kill $(cat /tmp/compactor); rm /tmp/compactor")


def test_damaged_files_are_refused(host, saved):
    start_demo(host, "memory=128")
    host.run(f"xl save demo {saved}", SAVE)
    free = host.free_memory()
    size = int(host.run(f"wc -c <{saved}"))
    for at in [3, 60, 1500, size // 3, size - 20000, size - 900, size - 8]:
        one = f"dd bs=1 count=8 2>/dev/null if={saved} skip={at}"
        back = f"dd bs=1 conv=notrunc 2>/dev/null of={saved} seek={at}"
        host.run(f"{one} >/tmp/kept; printf 'Damaged!' | {back}")
        status, output = host.try_run(f"xl restore {saved}", SAVE)
        assert status != 0 and "restore:" in output, f"altered at {at}: {output}"
        host.run(f"{back} </tmp/kept; rm /tmp/kept")
    assert list(host.domains()) == ["Domain-0"]
    assert host.free_memory() == free
    host.run(f"xl restore {saved}", SAVE)               # whole again
    host.run("xl destroy demo")
    for cut in [size - 1, size // 2, 2000, 40, 0]:
        host.run(f"truncate -s {cut} {saved}")
        status, output = host.try_run(f"xl restore {saved}", SAVE)
        assert status != 0 and "truncated" in output, f"cut at {cut}: {output}"
    assert list(host.domains()) == ["Domain-0"]
    assert host.try_run("xl restore /etc/passwd")[0] != 0
    assert host.try_run("xl restore /tmp")[0] != 0


def test_save_that_fails_lets_the_guest_go_on(host):
    start_counting(host)
    host.run("mkdir -p /tmp/small; mount -t tmpfs -o size=5m none /tmp/small")
    status, output = host.try_run("xl save demo /tmp/small/file", SAVE)
    assert status != 0 and re.search(r"small/file: \d+ MiB are free there, for the 128", output)
    assert host.run("ls /tmp/small").strip() == ""
    host.run("umount /tmp/small")
    assert counts_on(host)
    assert host.try_run("xl save demo /nowhere/file", SAVE)[0] != 0
    assert counts_on(host)
    assert host.try_run("xl save 0 /tmp/file")[0] != 0


def test_disk_and_interface_go_along(host, saved, images, bridge):  # noqa: F811
    busy = BusyGuest(host, f"{images}/a.img", bridge)
    for command in ("save -c", "save"):
        host.run(f"rm -f {saved}; xl {command} demo {saved}", SAVE)
        if command == "save":
            nothing_left(host)
            host.run(f"xl restore {saved}", SAVE)
        # A ping that is under way may be lost, and those that are sent, one a second, until the
        # interface is connected again; those of the time in between are never sent.
        busy.check(lost_pings=10)
    # Who has the disk or the MAC, or that one of them is gone, is said, and nothing is lost by it.
    host.run(f"rm {saved}; xl save demo {saved}; md5sum {saved} >{saved}.sum", SAVE)
    idle = "/dev/null 'kernel=\"/images/idle.elf\"' memory=32 'type=\"pvh\"' 'name=\"other\"'"
    for before, after, said in (
            (f"xl create {idle} 'disk=[\"{images}/a.img,raw,xvda,r\"]'", "xl destroy other",
             'a.img: in use by the guest "other"'),
            (f"xl create {idle} 'vif=[\"bridge={BRIDGE},mac={MAC}\"]'", "xl destroy other",
             f"mac={MAC}: domain"),
            (f"mv {images}/a.img {images}/gone", f"mv {images}/gone {images}/a.img",
             "a.img: No such file"),
            (f"ip link set {BRIDGE} name gone", f"ip link set gone name {BRIDGE}",
             f"bridge={BRIDGE}: there is no such bridge")):
        host.run(before, CREATE)
        was_left = left(host)
        status, output = host.try_run(f"xl restore {saved}", SAVE)
        assert status != 0 and said in output, (before, output)
        assert "demo" not in host.domains() and left(host) == was_left, before
        host.run(after, CREATE)
    host.run(f"md5sum -c {saved}.sum && xl restore {saved}", SAVE)
    busy.check(lost_pings=10)


# ---- many ---------------------------------------------------------------------------------------

def test_twenty_guests_at_once(host, only_socle):
    free = host.free_memory()
    idle = "'kernel=\"/images/idle.elf\"' memory=32 'type=\"pvh\"'"
    host.run("for i in $(seq 20); do xl create -q /dev/null 'name=\"small'$i'\"' "
             f"{idle} || exit 1; done", CREATE)
    guests = host.domains()
    assert len(guests) == 21
    assert all(g["memory"] in (32, 33) for n, g in guests.items() if n != "Domain-0")
    wait_until(host, "all of them wait", lambda d: all("b" in g["state"] for n, g in d.items()
                                                       if n != "Domain-0"), 30)
    assert host.free_memory() < free - 20 * 32
    host.run("for i in $(seq 20); do xl destroy small$i || exit 1; done", CREATE)
    freed(host, free)
