# SPDX-License-Identifier: GPL-2.0-or-later
"""Daemons die and come back while a guest works on what they serve, and the guest does not notice."""
import re

import pytest

from busy_guest import BusyGuest
from test_devices import BRIDGE, bridge, images, nothing_left  # noqa: F401 (fixtures, too)
from test_events import CREATE, wait_until
from test_life import freed
from test_store import ASK, node

# In the guest: a line on its console every now and then, numbered.
COUNTING = "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo line $i of output; usleep 20000; done"


@pytest.fixture
def demo(host):
    host.enter_guest("xl create -c demo", CREATE)
    host.leave_guest(host.count)
    return host.domains()["demo"]["id"]


KEEPER = "pgrep -xf '/usr/sbin/xl supervise'"


def watched(host, lines):
    """So many lines are told, or soon."""
    host.run(f"i=0; until [ $(wc -l </tmp/watched) -ge {lines} ] || [ $i -gt 60 ]; do sleep 1; "
             "i=$((i+1)); done", 120)


def kill(host, find):
    """
    Ends a daemon as it could end by itself, and waits until its supervisor has another. find is a
    command that tells its process.
    """
    before = host.run(find).strip()
    host.run(f"kill -9 {before}")
    host.run(f"i=0; until p=$({find}) && [ \"$p\" != '{before}' ] || [ $i -ge 60 ]; do "
             "sleep 1; i=$((i+1)); done; [ $i -lt 60 ]", 120)


def kill_supervisor(host, domid):
    """The background process of a guest, of which there is another when one is needed."""
    host.run(f"kill -9 $(sed -n s/^supervisor=//p /run/xen/domains/{domid})")


def still_works(host, domid):
    """What an administrator does with a guest."""
    assert host.domains()["demo"]["id"] == domid
    entered = host.enter_console()
    assert host.in_guest("echo still $((40 + 2))") == "still 42"
    host.leave_guest(entered)
    host.run("xl shutdown -w demo", ASK)
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 60)
    # By its own init: it has heard what the store told it.
    assert "Requesting system poweroff" in host.run("cat /var/log/xen/console/guest-demo.log")


def test_xenstored(host, demo):
    home = f"/local/domain/{demo}"
    before = host.run(f"xenstore ls -p {home}")
    host.run("xenstore write /test/kept yes; xenstore chmod /test/kept n0 r77")
    for _ in range(3):
        kill(host, "pidof xenstored")
        assert node(host, f"{home}/name") == "demo"
    assert host.run(f"xenstore ls -p {home}") == before
    assert "kept = \"yes\"  (n0,r77)" in host.run("xenstore ls -p /test")
    # A tool that waits goes on, too.
    host.run("(xenstore watch -n 3 -w 600 /test >/tmp/watched; echo $? >>/tmp/watched) & true")
    watched(host, 1)
    kill(host, "pidof xenstored")
    watched(host, 2)
    host.run("xenstore write /test/kept no")
    watched(host, 4)
    # An event when the watch is set, one when it is set again, and the change.
    assert host.run("cat /tmp/watched").split() == ["/test", "/test", "/test/kept", "0"]
    host.run("xenstore rm -t /test/kept")
    still_works(host, demo)
    # Its end was noticed by the store that it did not start with.
    assert host.try_run(f"xenstore exists {home}")[0] == 1


def test_xenstored_dies_while_a_guest_starts(host):
    host.run("xl create demo", CREATE)
    for _ in range(5):
        host.run("kill -9 $(pidof xenstored); usleep 700000")
    host.enter_guest("xl console demo", CREATE)
    host.leave_guest(host.count)
    still_works(host, host.domains()["demo"]["id"])


def test_dead_guest_is_noticed(host, demo):
    """A domain that ends while nobody looks after the store."""
    host.run("sv stop /etc/service/xenstored", ASK)
    entered = host.enter_console()
    host.machine.send("poweroff -f\n")
    host.must_see([rb"end%d=" % entered], 120, "the end of the console")
    wait_until(host, "the guest is gone", lambda d: list(d) == ["Domain-0"], 150)
    host.run("sv start /etc/service/xenstored", ASK)
    nothing_is_left(host, demo)


def nothing_is_left(host, domid):
    """Neither in the store, nor in the toolstack's memory, nor devices."""
    host.run("i=0; until [ $i -ge 60 ] || xenstore exists /tool && "
             f"! xenstore exists /local/domain/{domid}; do sleep 1; i=$((i+1)); done; "
             "[ $i -lt 60 ]", 120)
    # The store is told before the hypervisor.
    wait_until(host, "the domain is gone", lambda d: list(d) == ["Domain-0"], 60)
    assert host.run("ls /run/xen/domains /run/xen/configs 2>/dev/null | grep -v :; "
                    "xenstore list /vm 2>/dev/null; true").strip() == ""
    nothing_left(host)


def test_destroy_while_there_is_no_store(host, images, bridge):  # noqa: F811
    free = host.free_memory()
    host.enter_guest(f"xl create -c demo 'disk=[\"{images}/a.img,raw,xvda,w\"]' "
                     f"'vif=[\"bridge={bridge}\"]'", CREATE)
    host.leave_guest(host.count)
    domid = host.domains()["demo"]["id"]
    host.run("sv stop /etc/service/xenstored", ASK)
    status, output = host.try_run("xl destroy demo", ASK)
    assert status == 0 and f"what domain {domid} has there, devices too, goes when" in output
    host.run("sv start /etc/service/xenstored", ASK)
    nothing_is_left(host, domid)
    freed(host, free)


def test_each_daemon_dies_while_a_guest_works(host, images, bridge):  # noqa: F811
    busy = BusyGuest(host, f"{images}/a.img", bridge)
    for find in ("pidof xenstored", "pidof consoled", "pidof network", "pidof storage", KEEPER):
        kill(host, find)
    kill_supervisor(host, busy.id)
    busy.check()
    host.run(f"xl block-attach demo {images}/b.img,raw,xvdb,w")
    host.run(f"xl network-attach demo bridge={BRIDGE}")
    rows = [host.run(f"xl {kind}-list demo").strip().split("\n")[1:]
            for kind in ("block", "network")]
    assert [len(r) for r in rows] == [2, 2], rows
    host.run("xl block-detach demo xvdb", ASK)
    host.run("xl network-detach demo 1", ASK)
    busy.check()
    domid = busy.id
    host.run("xl shutdown -w demo", ASK)
    # Which the process does that came for the one that was killed.
    nothing_is_left(host, domid)


def test_supervisor(host, demo):
    """What a guest's configuration says is done, whoever was killed before."""
    kill_supervisor(host, demo)
    host.run("xl reboot demo", ASK)
    wait_until(host, "the guest is made again",
               lambda d: d.get("demo", {"id": 0})["id"] == demo + 1, 60)
    kill_supervisor(host, demo + 1)
    kill(host, KEEPER)
    entered = host.enter_console()
    host.leave_guest(entered)
    host.run("xl shutdown -w demo", ASK)
    nothing_is_left(host, demo + 1)


@pytest.mark.parametrize("after", ("", "usleep 400000; ", "usleep 900000; "))
def test_supervisor_dies_between_two_domains(host, demo, after):
    """The old domain is gone, or going; the new one is not there, or not complete."""
    uuid = host.run(f"xenstore read /local/domain/{demo}/vm").strip()
    host.run(f"p=$(sed -n s/^supervisor=//p /run/xen/domains/{demo}); xl reboot demo; i=0; "
             f"while [ -e /run/xen/domains/{demo} ] && [ $i -lt 600 ]; do "
             f"usleep 50000; i=$((i+1)); done; {after}kill -9 $p", ASK)
    wait_until(host, "the guest is made again",
               lambda d: d.get("demo", {"id": 0})["id"] > demo, 90)
    domid = host.domains()["demo"]["id"]
    assert host.run(f"xenstore read /local/domain/{domid}/vm").strip() == uuid
    wait_until(host, "nothing is pending",
               lambda d: host.run("ls /run/xen/restarting").strip() == "", 60)
    # No half of one is left, and the one there is is watched over.
    assert sorted(host.domains()) == ["Domain-0", "demo"]
    entered = host.enter_console()
    host.leave_guest(entered)
    host.run("xl shutdown -w demo", ASK)
    nothing_is_left(host, domid)


def test_killed_while_it_creates(host):
    """What is being made when its maker is killed is taken away."""
    for after in ("usleep 300000", "sleep 1"):
        host.run(f"xl create demo >/dev/null & {after}; kill -9 $!; sleep 1", 60)
        wait_until(host, "nothing is left, or all of it",
                   lambda d: list(d) == ["Domain-0"] or "demo" in d, 90)
        host.try_run("xl destroy demo", ASK)
        nothing_is_left(host, 32000)  # whichever id it was to have


def test_consoled(host, demo):
    entered = host.enter_console()
    host.machine.send(COUNTING % 400 + "\n")
    host.must_see([rb"line 10 of output"], 60, "the guest's output")
    host.leave_guest(entered)
    for _ in range(3):
        kill(host, "pidof consoled")
    log = "/var/log/xen/console/guest-demo.log"
    wait_until(host, "the guest has written all",
               lambda d: host.try_run(f"grep -q 'line 400 of' {log}")[0] == 0, 60)
    log = host.run(f"cat {log}", 120)
    seen = {int(n) for n in re.findall(r"line (\d+) of output", log)}
    assert seen == set(range(1, 401)), f"lost: {sorted(set(range(1, 401)) - seen)}"
    still_works(host, demo)


def test_console_session_goes_on(host, demo):
    """Who sits at a guest's console when consoled dies stays there."""
    host.run("(until ps | grep -q '[x]l console'; do sleep 1; done; sleep 3; p=$(pidof consoled); "
             "kill -9 $p; until n=$(pidof consoled) && [ \"$n\" != \"$p\" ]; do "
             "sleep 1; done; echo rep'laced'. >/dev/hvc0) >/dev/null 2>&1 & true")
    entered = host.enter_console()
    host.must_see([rb"replaced\."], 60, "another consoled")
    host.machine.send("\n")
    assert host.in_guest("echo on $((6 * 7))") == "on 42"
    host.leave_guest(entered)
