# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs micro-guests: each image is started as the control domain of the hypervisor under test.

Owns: the emulated machine for one image, reading its verdict lines, and carrying on behind a test
that took the guest down. A test without a verdict line has failed. args.hypervisor says which
hypervisor, args.machine which emulator: QEMU with AMD-V, or Bochs with VT-x.
"""
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bochs import Bochs  # noqa: E402
from machine import Machine  # noqa: E402

# Seconds from the machine's start to the first line of the guest, and for one test.
BOOT_TIMEOUT = {"qemu": 60, "bochs": 240}
TEST_TIMEOUT = {"qemu": 30, "bochs": 240}
# Not in Bochs 2.7: interrupts come late to a guest that keeps IF clear (hvm/vmx/run.c).
NOT_IN_BOCHS = {"smp_vcpuop/down_and_up_go_on"}
SETTLE = 1          # seconds in which the hypervisor may still say why a guest died
VERDICT = rb"(?:^|[\r\n])(RUN \w+|PASS \w+|FAIL \w+|SKIP \w+|END)([^\r\n]*)[\r\n]"
GUEST_DIED = rb"Domain 0 crashed|domain_crash|Panic on CPU|PANIC|Hardware Dom0 crashed|dom0 crashed"


def strings(image, section):
    """The strings in a section of an image."""
    command = ["objcopy", "-O", "binary", "-j", section, image, "/dev/stdout"]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return [string.decode() for string in out.split(b"\0") if string]


def start(args, image, words, log):
    if args.machine == "bochs":
        return Bochs.micro_guest(args.build, log, image, "--smp", 2, "--dom0-append", words)
    options = " ".join(strings(image, ".machine")).split()
    return Machine.micro(args, image, words, log, options,
                         own=" ".join(strings(image, ".hypervisor")))


def listen(machine, emulator):
    """What a machine says of its tests. Returns ({test: (verdict, why)}, the test running at the end or None, why it ended)."""
    verdicts, running = {}, None
    timeout = BOOT_TIMEOUT[emulator]
    while True:
        what = machine.expect([VERDICT, GUEST_DIED], timeout)
        if what != 0:
            machine.drain(SETTLE)
            return verdicts, running, "crash" if what == 1 else machine.why
        word, _, name = machine.match[1].decode().partition(" ")
        if word == "END":
            return verdicts, None, ""
        if word == "RUN":
            running, timeout = name, TEST_TIMEOUT[emulator]
        else:
            why = machine.match[2].decode(errors="replace").lstrip(": ")
            verdicts[name], running = (word, why), None


def run_image(args, image, logs, results):
    """All wanted tests of one image; starts the machine again behind a test that took it down."""
    names = strings(image, ".testnames")
    wanted = [n for n in names if results.wanted(f"guest/{image.stem}/{n}")]
    if args.machine == "bochs":
        own = any(re.search("-cpu|-device|-icount", options)
                  for options in strings(image, ".machine"))
        for name in [n for n in wanted if own or f"{image.stem}/{n}" in NOT_IN_BOCHS]:
            results.add(f"guest/{image.stem}/{name}", "SKIP", "wants what Bochs has not")
            wanted.remove(name)
    words = ""
    if wanted and len(wanted) < len(names):
        words = f"only={wanted[0]}"     # one machine per test: only a few are asked for by name
    todo, starts = list(wanted), 0
    while todo:
        starts += 1
        log = logs / f"guest-{image.stem}{'' if starts == 1 else f'-{starts}'}.log"
        with start(args, image, words, log) as machine:
            verdicts, lost, why = listen(machine, args.machine)
        for name in [n for n in todo if n in verdicts]:
            results.add(f"guest/{image.stem}/{name}", *verdicts[name], log)
            todo.remove(name)
        if not verdicts and lost is None:
            for name in todo:
                why = f"the guest did not start ({why})" if name == todo[0] else "nor this one"
                results.add(f"guest/{image.stem}/{name}", "FAIL", why, log)
            return
        if words.startswith("only="):
            lost = todo[0] if todo and todo[0] == words[5:] else None
        elif lost is None and todo:
            lost = todo[0]
        if lost in todo:
            results.add(f"guest/{image.stem}/{lost}", "FAIL", f"no verdict ({why})", log)
            todo.remove(lost)
        words = f"only={todo[0]}" if words.startswith("only=") and todo else f"after={lost}"


def run_guests(args, images, logs, results):
    started = time.monotonic()
    for image in images:
        run_image(args, image, logs, results)
    print(f"micro-guests: {time.monotonic() - started:.0f} s")
