#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make soak: guests that live random lives on one emulated machine, for an hour.

Owns: what is done next, what must hold after it, and what must be left at the end: nothing. A
seed makes a run again. Does not own: the machine, the control domain, or what a command means.

usage: soak.py --build build [--minutes 60] [--seed N] [--hypervisor socle|xen]
"""
import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system"), str(HERE.parent)]

from conftest import scratch_disk  # noqa: E402
from control_domain import ControlDomain  # noqa: E402
from machine import Machine  # noqa: E402

NAMES = [f"g{i}" for i in range(5)]
SAVES = "/scratch"              # on a disk: the control domain's memory has other uses
BRIDGE = "soakbr"
LONG = 300                      # seconds for what moves a guest's memory
GOING = 60                      # seconds for a guest that has shut down to be taken away
CRASHING = 30                   # the same for one that was told to crash
LOOK_EVERY = 20                 # steps between two guests that are asked for an answer
MOST_SAID = 2000                # characters of what went wrong
LEFT_MB = 2                     # of the machine's free memory that may be missing at the end
BAD = r"assert|panic|BUG|crashed|stuck|double fault|refcount"


class Patient(ControlDomain):
    """On a machine that is busy with other things, too."""

    def must_see(self, patterns, timeout, what):
        return super().must_see(patterns, max(timeout, LONG), what)


class Guest:
    def __init__(self):
        self.state = "absent"           # running, paused, saved
        self.memory = self.vcpus = 0
        self.disk = self.vif = False    # attached


class Soak:
    def __init__(self, host, dice):
        self.host, self.dice = host, dice
        self.guests = {name: Guest() for name in NAMES}
        self.steps = {}

    # ---- what is done to a guest, by the state that it is in -------------------------------------

    def create(self, name, guest):
        guest.memory, guest.vcpus = self.dice.choice([112, 128, 160]), self.dice.randint(1, 3)
        guest.disk = guest.vif = False
        self.host.run(f"xl create demo 'name=\"{name}\"' memory={guest.memory} "
                      f"vcpus={self.dice.randint(1, guest.vcpus)} maxvcpus={guest.vcpus}", LONG)
        guest.state = "running"

    def destroy(self, name, guest):
        self.host.run(f"xl destroy {name}", LONG)
        guest.state = "absent"

    def shutdown(self, name, guest):
        # A guest that is still starting does not listen yet: then it is destroyed.
        status, _ = self.host.try_run(f"timeout 60 xl shutdown -w {name}", LONG)
        if status:
            self.host.run(f"xl destroy {name}", LONG)
        guest.state = "absent"

    def pause(self, name, guest):
        self.host.run(f"xl pause {name}")
        guest.state = "paused"

    def unpause(self, name, guest):
        self.host.run(f"xl unpause {name}")
        guest.state = "running"

    def save(self, name, guest):
        status, said = self.host.try_run(f"xl save {name} {SAVES}/{name}", LONG)
        if status == 0:
            guest.state = "saved"
            return
        # Before its kernel listens it cannot be asked to suspend: it goes on as it was.
        assert "suspend" in said or "not answer" in said, said
        self.host.run(f"rm -f {SAVES}/{name}")

    def restore(self, name, guest):
        self.host.run(f"xl restore {SAVES}/{name} && rm {SAVES}/{name}", LONG)
        guest.state = "running"

    def forget(self, name, guest):
        self.host.run(f"rm {SAVES}/{name}")
        guest.state = "absent"

    def pin(self, name, _guest):
        self.host.run(f"xl vcpu-pin {name} all {self.dice.choice(['0', '1', '0-1', 'all'])}")

    def share(self, name, _guest):
        self.host.run(f"xl sched-credit -d {name} -w {self.dice.choice([64, 256, 1024])} "
                      f"-c {self.dice.choice([0, 20, 80])}")

    def balloon(self, name, guest):
        self.host.run(f"xl mem-set {name} {self.dice.choice([guest.memory, guest.memory - 8])}")

    def plug(self, name, guest):
        """Tells it how many CPUs to use; one that does not listen yet goes on as it is."""
        self.host.run(f"xl vcpu-set -i {name} {self.dice.randint(1, guest.vcpus)}")

    def disk(self, name, guest):
        self.host.run(f"xl block-detach --force {name} xvdc" if guest.disk else
                      f"xl block-attach {name} {SAVES}/{name}.img,raw,xvdc,w", LONG)
        guest.disk = not guest.disk

    def vif(self, name, guest):
        self.host.run(f"xl network-detach --force {name} 0" if guest.vif else
                      f"xl network-attach {name} bridge={BRIDGE}", LONG)
        guest.vif = not guest.vif

    def crash(self, name, guest):
        # As with a shutdown: one that does not listen yet is destroyed.
        self.host.run(f"xl sysrq {name} c")
        status, _ = self.host.try_run(f"i=0; while xl list {name} >/dev/null 2>&1; do sleep 1; "
                                      f"i=$((i+1)); [ $i -lt {CRASHING} ] || break; done; "
                                      f"[ $i -lt {CRASHING} ]")
        if status:
            self.host.run(f"xl destroy {name}", LONG)
        guest.state = "absent"

    def wrong(self, name, _guest):
        """What must be refused, and change nothing."""
        command = self.dice.choice([
            f"xl mem-set {name} nonsense", f"xl vcpu-pin {name} 9 0", f"xl unpause {name}x",
            "xl restore /etc/passwd", f"xl create demo 'name=\"{name}\"'",
            f"xl sched-credit -d {name} -w 0", f"xl block-detach {name} 51712"])
        assert self.host.try_run(command, LONG)[0] != 0, command

    LIFE = {
        "absent": [(create, 1)],
        "running": [(destroy, 2), (shutdown, 2), (crash, 1), (pause, 3), (save, 3), (pin, 3),
                    (share, 3), (balloon, 2), (plug, 3), (disk, 4), (vif, 4), (wrong, 2)],
        "paused": [(unpause, 4), (destroy, 1), (pin, 1), (share, 1)],
        "saved": [(restore, 4), (forget, 1)],
    }

    # ---- what must hold --------------------------------------------------------------------------

    def guests_there(self):
        found = self.host.domains()
        found.pop("Domain-0")
        return found

    def check(self):
        lives = {n: g for n, g in self.guests.items() if g.state in ("running", "paused")}
        end = time.monotonic() + GOING
        while set(found := self.guests_there()) != set(lives):
            assert time.monotonic() < end, f"{sorted(found)} are there, not {sorted(lives)}"
            time.sleep(1)
        for name, guest in lives.items():
            paused = "p" in found[name]["state"]
            assert paused == (guest.state == "paused"), f"{name}: {found[name]}, not {guest.state}"

    def look(self):
        """One that runs answers at its console, whatever was done to it."""
        running = [n for n, g in self.guests.items() if g.state == "running"]
        if not running:
            return
        name = self.dice.choice(running)
        entered = self.host.enter_console(name)
        assert self.host.in_guest("echo $((6 * 7))") == "42"
        self.host.leave_guest(entered)

    def step(self):
        name = self.dice.choice(NAMES)
        guest = self.guests[name]
        deeds, weights = zip(*self.LIFE[guest.state])
        deed = self.dice.choices(deeds, weights)[0]
        try:
            deed(self, name, guest)
            self.check()
        except AssertionError as e:
            raise AssertionError(f"{deed.__name__} of {name} ({guest.state}): {e}") from e
        self.steps[deed.__name__] = self.steps.get(deed.__name__, 0) + 1

    def run(self, seconds):
        end, number = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            self.step()
            number += 1
            if number % LOOK_EVERY == 0:
                self.look()
                print(f"{number} steps, {end - time.monotonic():.0f} s to go", flush=True)
        return number


def what_is_left(host):
    """Free memory of the machine (MiB), and the control domain's programs and their open files."""
    # Threads of the kernel have no program.
    said = host.run("for p in /proc/[0-9]*; do readlink $p/exe > /dev/null || continue; "
                    "echo $(cat $p/comm) $(ls $p/fd | wc -l); done 2>/dev/null")
    rows = [line.rsplit(" ", 1) for line in said.splitlines() if line.count(" ")]
    passing = ("sh", "ash", "ls", "wc", "cat", "readlink", "sleep")     # of the question, scripts
    programs = Counter(name for name, _ in rows if name not in passing)
    return host.free_memory(), programs, sum(int(n) for name, n in rows if name not in passing)


def what_is_there(host):
    """The same of a host whose services are all up."""
    now, before = what_is_left(host), None
    while now[1] != before:
        time.sleep(10)
        now, before = what_is_left(host), now[1]
    return now


def wait_for_less(host, before):
    """What is left, once nothing more is than before; or as it is after a while."""
    end = time.monotonic() + GOING
    while True:
        memory, programs, files = what_is_left(host)
        if time.monotonic() > end or (before[0] - memory <= LEFT_MB and
                                      not programs - before[1] and files <= before[2] + 2):
            return memory, programs, files
        time.sleep(2)


def soak(args, dice):
    log = Path(args.build) / "test-logs/soak.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    disk = scratch_disk(log.with_suffix(".scratch"))
    with Machine.direct(args.build, args.hypervisor, log, extra=disk) as machine:
        host = Patient(machine)
        host.login()
        host.run(f"mkdir -p {SAVES}; "
                 f"until mount -t ext4 /dev/vda {SAVES} 2>/dev/null; do sleep 1; done; "
                 f"for g in {' '.join(NAMES)}; do truncate -s 16M {SAVES}/$g.img; done; "
                 f"ip link add {BRIDGE} type bridge && ip link set {BRIDGE} up")
        life = Soak(host, dice)
        # One whole life first: what the first use keeps for good is no leak.
        life.create("g0", life.guests["g0"])
        life.disk("g0", life.guests["g0"])
        life.vif("g0", life.guests["g0"])
        life.destroy("g0", life.guests["g0"])
        before = what_is_there(host)
        number = life.run(args.minutes * 60)
        host.destroy_guests()
        after = wait_for_less(host, before)
        bad = host.try_run(f"xl dmesg | grep -iE '{BAD}'")[1].strip()
    print(", ".join(f"{n} {deed}" for deed, n in sorted(life.steps.items())))
    more = dict(after[1] - before[1])
    print(f"after {number} steps: free memory {before[0]} to {after[0]} MiB, "
          f"open files {before[2]} to {after[2]}, programs more: {more or 'none'}")
    assert not bad, f"the hypervisor said: {bad}"
    assert before[0] - after[0] <= LEFT_MB, "memory of the machine is missing"
    assert not more, "programs are left"
    assert after[2] <= before[2] + 2, "open files are left"


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--build", default="build", type=Path)
    words.add_argument("--minutes", default=60, type=float)
    words.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    words.add_argument("--hypervisor", default="socle")
    args = words.parse_args()
    print(f"seed {args.seed}", flush=True)
    try:
        soak(args, random.Random(args.seed))
    except AssertionError as e:
        sys.exit(f"soak: {str(e)[:MOST_SAID]}\nagain with SOAK_SEED={args.seed}")
    print("soak: nothing wrong")


if __name__ == "__main__":
    main()
