# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest whose front ends write nonsense (tests/guest/hostile): nobody but it suffers."""
import re

import pytest

from test_events import wait_until

DISKS = "/tmp/hostile"
BRIDGE = "hostilebr"
HOST, HONEST, NOBODY = "10.98.0.1", "10.98.0.2", "10.98.0.99"
LOG = "/var/log/xen/console/guest-hostile.log"
LAST = "RUN store_ring_of_nonsense"     # it has no end
TESTS = 14      # and one whose end nobody waits for
PATIENCE = 150  # seconds for all of them
# Not warnings: Linux's disk back end counts what it frees, and warns of a ring that it never had.
BROKEN = r"Oops|BUG:|general protection|soft lockup|hung task|stall"
CONFIG = f"""name="hostile"
type="pvh"
kernel="/images/hostile.elf"
memory=32
disk=["{DISKS}/hostile.img,raw,xvda,w"]
vif=["bridge={BRIDGE}", "bridge={BRIDGE}", "bridge={BRIDGE}"]
"""
# Writes and reads back, for ever; says how often, and whether what it read was wrong.
WORK = ("n=0; while :; do dd if=/tmp/data of=/dev/xvda bs=64k conv=fsync; "
        "dd if=/dev/xvda bs=64k count=16 iflag=direct | cmp - /tmp/data || echo >/tmp/wrong; "
        "n=$((n+1)); echo $n >/tmp/next; mv /tmp/next /tmp/rounds; done")


@pytest.fixture
def place(host):
    host.run(f"mkdir -p {DISKS}; truncate -s 16M {DISKS}/hostile.img {DISKS}/honest.img; "
             f"ip link add {BRIDGE} type bridge && ip addr add {HOST}/24 dev {BRIDGE} && "
             f"ip link set {BRIDGE} up; dmesg -c >/dev/null")
    yield
    host.destroy_guests()
    host.run(f"ip link del {BRIDGE}; rm -rf {DISKS}")


def left(host, domid):
    """What a guest has in the control domain."""
    return host.run(f"sleep 1; xenstore ls -f /local/domain/0/backend | grep '/{domid}/'; "
                    f"losetup -a | grep hostile.img; ls /sys/class/net | grep '^vif{domid}[.]'; "
                    f"xenstore list /local/domain | grep -x {domid}; "
                    f"ls /run/xen/domains | grep -x {domid}; true").strip()


def start_honest(host):
    """A guest that works on its disk and its network all the time; what it has done so far."""
    host.enter_guest(f"xl create -c demo 'disk=[\"{DISKS}/honest.img,raw,xvda,w\"]' "
                     f"'vif=[\"bridge={BRIDGE}\"]'", 300)
    entered = host.count
    host.in_guest(f"ip addr add {HONEST}/24 dev eth0; ip link set eth0 up; "
                  "dd if=/dev/urandom of=/tmp/data bs=1M count=1 2>/dev/null; "
                  f"({WORK}) >/dev/null 2>&1 & ping {HOST} >/tmp/ping 2>&1 & true")
    host.in_guest("until [ -s /tmp/rounds ] && grep -q from /tmp/ping; do sleep 1; done", 120)
    done = work_done(host)
    host.leave_guest(entered)
    return done


def work_done(host):
    """(rounds on the disk, answers to pings); in its console. What it reads must be right."""
    said = host.in_guest("ls /tmp/wrong 2>/dev/null; cat /tmp/rounds; grep -c from /tmp/ping", 120)
    assert re.fullmatch(r"\d+\s+\d+", said), said
    return tuple(int(number) for number in said.split())


def test_nonsense_from_front_ends(host, place):
    before = start_honest(host)
    free = host.free_memory()
    host.run(f"cat >/tmp/hostile.cfg <<'EOF'\n{CONFIG}EOF\nxl create /tmp/hostile.cfg", 300)
    domid = host.domains()["hostile"]["id"]
    # Nobody answers, so everyone on the bridge is asked, again and again.
    host.run(f"ping {NOBODY} >/dev/null 2>&1 & echo $! >/tmp/ping.pid")
    host.run(f"i=0; until grep -q '{LAST}' {LOG} || [ $i -ge {PATIENCE} ] || "
             "! xl domid hostile >/dev/null; do sleep 1; i=$((i+1)); done; "
             "kill $(cat /tmp/ping.pid); sleep 2", 2 * PATIENCE)
    said = host.run(f"grep -oE '^(RUN|PASS|FAIL|SKIP|END).*' {LOG}; true")
    verdicts = said.strip().split("\n")
    assert verdicts[-1] == LAST, verdicts
    assert len([v for v in verdicts if v.startswith("PASS")]) == TESTS, verdicts

    # The control domain and its tools go on, and so did the other guest all the time.
    assert "hostile" in host.domains()
    host.start("xl console demo")
    entered = host.count
    host.machine.send("\n")
    host.must_see([rb"demo# "], 60, "the honest guest's prompt")
    middle = work_done(host)
    host.in_guest(f"until [ $(cat /tmp/rounds) -gt {middle[0] + 1} ]; do sleep 1; done", 60)
    host.leave_guest(entered)
    assert middle[0] > before[0] and middle[1] > before[1] + 5, (before, middle)

    host.run("xl destroy hostile", 120)
    wait_until(host, "nothing of it is left", lambda _: left(host, domid) == "" and
               host.free_memory() >= free - 1, 30)
    said = host.run("dmesg")
    assert not re.search(BROKEN, said), said[-2000:]
