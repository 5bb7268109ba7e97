# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated machine that tests and benchmarks run on, and its serial line.

Owns: the QEMU command line, a log with a time in front of each line, and ending the process.
Nothing here knows what the lines mean. The machine is the one that board/qemu describes: AMD-V with
nested paging under TCG.
"""
import os
import re
import signal
import time
from pathlib import Path

import pexpect

from monitor import Monitor, diagnose

CPU = "qemu64,+svm,+npt"
# TCG is named on purpose: a /dev/kvm that cannot nest would be picked silently otherwise. Threads
# as QEMU 7.2's faults allow (board/README.md): one for our hypervisor, one for each CPU for Xen.
ACCELERATOR = {"socle": ["-accel", "tcg,thread=single"], "xen": ["-accel", "tcg,thread=multi"]}
BASE = ["-machine", "q35", "-display", "none",
        "-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial"]


# UEFI instead of a BIOS: the firmware alone, what it stores is in its memory.
UEFI = ["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd"]


def cmdline(name):
    """A command line of board/x86_64/cmdline, which the ISO uses, too."""
    text = (Path(__file__).resolve().parent.parent / "board/x86_64/cmdline").read_text()
    return re.search(rf'^{name}="(.*)"$', text, re.M)[1]


class StampedLog:
    """A file that pexpect writes to; puts the seconds since the start in front of each line."""

    def __init__(self, path, started):
        self.file, self.started, self.fresh = open(path, "wb"), started, True

    def write(self, data):
        for line in data.replace(b"\r", b"").splitlines(keepends=True):
            if self.fresh:
                self.file.write(b"[%8.3f] " % (time.monotonic() - self.started))
            self.file.write(line)
            self.fresh = line.endswith(b"\n")

    def flush(self):
        self.file.flush()

    def close(self):
        self.file.close()


def hypervisor_image(build, hypervisor):
    """(path, words on its command line) of the hypervisor under test, for QEMU's -kernel."""
    if hypervisor == "xen":
        return build / "peer/xen", "dom0=pvh dom0_mem=512M noreboot"
    return build / "hypervisor/socle", ""


# Waits are written for a machine like the project's own; others may be that many times slower, and
# who passes does not wait for them.
PATIENCE = 4


class Machine:
    """A running QEMU with its serial line; use in a with statement."""

    PIECE = 48      # bytes that are sent at once

    def __init__(self, arguments, log, memory=2048, cpus=2, cpu=CPU, reboots=False, uefi=False,
                 hypervisor="socle", iommu="amd-iommu"):
        """iommu: QEMU's device, or None; one among the arguments takes its place."""
        arguments = [str(a) for a in arguments]
        if iommu and not any(a.endswith("-iommu") for a in arguments):
            arguments[:0] = ["-device", iommu]
        command = [] if "-accel" in arguments else list(ACCELERATOR[hypervisor])
        command += ["-cpu", cpu, "-smp", str(cpus), "-m", str(memory)]
        command += [] if reboots else ["-no-reboot"]
        command += UEFI if uefi else []
        command += arguments
        self.started = time.monotonic()
        self.log = StampedLog(log, self.started)
        self.monitor = Monitor()
        self.ours = hypervisor == "socle"
        command += self.monitor.arguments
        self.log.write(("qemu-system-x86_64 " + " ".join(BASE + command) + "\n").encode())
        self.why, self.match = "", None
        self.fatal = []     # patterns after which there is nothing to wait for
        self.child = pexpect.spawn("qemu-system-x86_64", BASE + command, timeout=None, echo=False,
                                   env=dict(os.environ, TERM="dumb"))
        self.child.logfile_read = self.log
        self.child.delaybeforesend = None

    @classmethod
    def micro(cls, args, image, words, log, options=(), memory=512, cpus=2, own=""):
        """A small machine whose control domain is a micro-guest, its command line being words; own
        words are the hypervisor's."""
        kernel, extra = hypervisor_image(args.build, args.hypervisor)
        line = ("console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0_max_vcpus=2 "
                f"{extra} dom0_mem=96M {own}")
        module = f"{image} {words}".strip()
        load = ["-kernel", kernel, "-append", line, "-initrd", module]
        return cls([*load, *options], log, memory=memory, cpus=cpus, hypervisor=args.hypervisor)

    @classmethod
    def iso(cls, build, log, extra=(), **machine):
        """The ISO, booted by the emulated machine's firmware."""
        # UEFI looks at nothing but what has an index, as soon as anything has.
        drive = f"file={build}/socle.iso,format=raw,media=cdrom,readonly=on,if=none,id=cd"
        medium = ["-drive", drive, "-device", "ide-cd,drive=cd,bus=ide.2,bootindex=0"]
        return cls([*medium, *extra], log, **machine)

    @classmethod
    def direct(cls, build, hypervisor, log, words="", modules=None, initrd=None, extra=(),
               **machine):
        """Hypervisor, kernel and initramfs loaded by QEMU itself; modules replaces the last two."""
        kernel, own = hypervisor_image(build, hypervisor)
        line = f"{cmdline('HYPERVISOR_CMDLINE')} loglvl=info {own} {words}"
        if modules is None:
            words = cmdline("DOM0_CMDLINE").replace(",", ",,")   # a comma parts modules
            modules = f"{build}/dom0/vmlinux {words} quiet,{initrd or build / 'dom0/initrd'}"
        load = ["-kernel", kernel, "-append", line.strip()]
        load += ["-initrd", modules] if modules else []
        return cls(load + list(extra), log, hypervisor=hypervisor, **machine)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    @property
    def elapsed(self):
        return time.monotonic() - self.started

    def expect(self, patterns, timeout, patience=PATIENCE):
        """Waits for one of the patterns (a list of bytes): its index, or -1 with the reason in self.why."""
        timeout *= patience
        index = self.child.expect([*patterns, pexpect.TIMEOUT, pexpect.EOF, *self.fatal],
                                  timeout=timeout)
        self.match = self.child.match
        if index < len(patterns):
            return index
        whys = [f"nothing for {timeout} s", "the machine stopped"]
        self.why = [*whys, *("its kernel crashed" for _ in self.fatal)][index - len(patterns)]
        return -1

    def diagnose(self):
        """What a machine that says nothing is doing, in a line; at length in the log."""
        if not self.running:
            return "the machine has stopped"
        elf = Path(os.environ.get("SOCLE_BUILD", "build")) / "hypervisor/socle.elf"
        try:
            said = diagnose(self.monitor, self.log.write, elf if self.ours else None)
            if self.ours:       # its loop writes a line; for Xen it would be the end of domain 0
                self.monitor.ask("nmi")
                heard = self.child.expect([rb"non-maskable interrupt", pexpect.TIMEOUT,
                                           pexpect.EOF], timeout=5) == 0
                said += f"; the hypervisor {'answers' if heard else 'does not answer'} an NMI"
        except OSError as e:
            return f"QEMU's monitor does not answer: {e}"
        return said

    def send(self, data):
        # In pieces: Xen keeps what came over the serial line in a small buffer, and loses the rest.
        for at in range(0, len(data), self.PIECE):
            if at:
                time.sleep(0.1)
            self.child.send(data[at:at + self.PIECE])

    @property
    def running(self):
        return self.child.isalive()

    def drain(self, seconds):
        """Lets the machine talk on into the log for a while."""
        self.child.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=seconds)

    def close(self):
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)     # nothing in it is to be kept
            self.child.wait()
        self.child.close()
        self.monitor.close()
        self.log.close()
