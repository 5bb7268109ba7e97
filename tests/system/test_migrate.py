# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that keeps writing to its memory moves, while it runs; from this host to this host."""
import re

from test_life import SAVE, ask_guest, start_demo, until
from test_vmd import vms

CREATE = 300    # seconds; as in test_xl.py
SPIN = "/dev/null 'name=\"spin\"' 'kernel=\"/images/spin.elf\"' memory=64"
MOVE = "xl migrate -s '' demo 'xl migrate-receive'"
# Copies that are compared, again and again, and each counted.
WRITE = ("dd if=/dev/urandom of=/tmp/base bs=64k count=64 2>/dev/null; "
         "(i=0; while :; do cp /tmp/base /tmp/copy; "
         "cmp /tmp/base /tmp/copy || echo torn >>/tmp/torn; "
         "i=$((i+1)); echo $i >/tmp/next; mv /tmp/next /tmp/count; usleep 50000; done) & "
         "md5sum /tmp/base")


def start_writing(host):
    start_demo(host)
    return ask_guest(host, WRITE).split()[-2]


def check_guest(host, digest):
    """What it has in memory is what it wrote, and it goes on writing."""
    assert digest in ask_guest(host, "md5sum /tmp/base")
    before = int(ask_guest(host, "cat /tmp/count").split()[-1])
    assert "torn" not in ask_guest(host, "cat /tmp/t*rn; sleep 3").replace("/tmp/torn", "")
    assert int(ask_guest(host, "cat /tmp/count").split()[-1]) > before


def test_moves_while_it_writes(host):
    digest = start_writing(host)
    before, free = host.domains()["demo"]["id"], host.free_memory()
    # Nobody there; gone in the middle, and says why later; all was sent, and not taken.
    late = "head -c 9000000 >/dev/null; exec <&- >&-; sleep 1; echo last words >&2"
    for receiver, words in (("false", ""), (late, "last words"),
                            ("xl migrate-receive | while read word; do echo no; done", "")):
        status, output = host.try_run(f"xl migrate -s '' demo '{receiver}'", SAVE)
        assert status == 1 and words in output, output
        assert until(host, "[ $(xl list | wc -l) = 3 ]"), host.run("xl list")
        assert host.domains()["demo"]["id"] == before
    # Nobody reads, and whoever waits for that is told to stop.
    output = host.run("xl migrate -s '' demo 'exec sleep 9999' & "
                      "until grep -q 'SigBlk.*4007' /proc/$!/status; do sleep 0.1; done; "
                      "kill $!; wait $!; echo status=$?", SAVE)
    assert "status=143" in output, output
    check_guest(host, digest)

    output = host.run(MOVE, SAVE)
    said = re.search(r"(\d+) MiB in [\d.]+ s while it ran, (\d+) MiB again in (\d+) rounds; "
                     r"it stood still for ([\d.]+) s, and (\d+) KiB", output)
    assert said, output
    assert int(said[2]) > 0 and int(said[5]) < int(said[1]) << 10
    assert set(host.domains()) == {"Domain-0", "demo"}
    assert host.domains()["demo"]["id"] != before
    check_guest(host, digest)
    assert abs(host.free_memory() - free) <= 4
    host.run("xl shutdown -w demo", 120)


def test_saved_while_it_runs(host):
    digest = start_writing(host)
    saved = "/scratch/live.save"
    host.run(f"xl save -cl demo {saved}", SAVE)
    check_guest(host, digest)
    # Sent again while it is here under another name: there is one of it.
    host.run("xl rename demo other")
    status, output = host.try_run(f"xl migrate-receive <{saved}", SAVE)
    assert status == 1 and "same UUID" in output and "failed" in output, output
    host.run("xl rename other demo")
    host.run(f"xl destroy demo; xl restore {saved}; rm {saved}", SAVE)
    check_guest(host, digest)
    host.run("xl destroy demo", 120)


def test_others_go_on_while_it_arrives(host):
    """A sender that stands still keeps nobody from his work; and the half-made domain is nobody's."""
    start_demo(host)
    saved = "/scratch/live.save"
    host.run(f"xl save demo {saved}", SAVE)
    send = (f"(head -c 4000000 {saved}; until [ -e /tmp/rest ]; do usleep 100000; done; "
            f"tail -c +4000001 {saved}; echo go) | xl migrate-receive >/tmp/words 2>&1")
    arrives = "xl list | grep -q 'demo--incoming .*--p---'"
    log = "/var/log/xen/console/guest-demo"
    host.run(f"rm -f {log}*.log; (vmd ask watch >/tmp/told & echo $! >/tmp/watcher); true")
    host.run(f"rm -f /tmp/rest; ({send}; echo $? >>/tmp/words) & true")
    assert until(host, arrives), host.run("cat /tmp/words; xl list")
    host.run(f"timeout 60 xl create -p {SPIN} && timeout 60 xl mem-set spin 64", CREATE)
    for command, words in (("create demo", "another host is sending"),
                           ("rename spin demo", "another host is sending"),
                           (f"restore {saved}", "another host is sending"),
                           ("unpause demo--incoming", "still being made"),
                           ("destroy demo--incoming", "still being made"),
                           ("rename demo--incoming mine", "still being made")):
        status, output = host.try_run(f"timeout 60 xl {command}", CREATE)
        assert status == 1 and words in output, (command, output)
    assert list(vms(host)) == ["Domain-0", "spin"]
    host.run("touch /tmp/rest")
    assert until(host, "[ $(wc -l </tmp/words) = 3 ]"), host.run("cat /tmp/words")
    assert host.run("cat /tmp/words").split() == ["ready", "running", "0"]
    assert ask_guest(host, "echo here $((40 + 2))") == "here 42"
    assert set(host.domains()) == {"Domain-0", "demo", "spin"}
    # Who watches has heard of it when it ran, and its console has had one log.
    assert until(host, "grep -q '\"demo\"' /tmp/told"), host.run("cat /tmp/told")
    host.run("kill $(cat /tmp/watcher); ! grep incoming /tmp/told")
    assert host.run(f"grep -q 'here 42' {log}.log && echo {log}*").strip() == f"{log}.log"
    host.run("xl destroy demo")

    # Killed in the middle, the receiver leaves nothing.
    host.run(f"rm -f /tmp/rest; ({send}) & true")
    assert until(host, arrives), host.run("cat /tmp/words; xl list")
    # The service looks when a domain has ended.
    host.run("kill -9 $(pgrep -f 'xl migrate-receive$'); touch /tmp/rest; xl destroy spin")
    assert until(host, "! xl list | grep -q incoming"), host.run("xl list")
    left = host.run(f"rm {saved}; ls /run/xen/domains /run/xen/configs | grep -v :; true").strip()
    assert left == ""
