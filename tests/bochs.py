# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated machine with Intel VT-x: Bochs, as board/bochs/run starts it.

Owns: that command, and ending what it started. The serial line, the log and waiting are
tests/machine.py's. Bochs interprets: everything takes several times as long as in QEMU.
"""
import os
import shutil
import signal
import time
from pathlib import Path

import pexpect

from machine import Machine, StampedLog

RUN = Path(__file__).resolve().parent.parent / "board/bochs/run"
MICRO = ("console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0_max_vcpus=2 dom0_mem=96M "
         "bootscrub=off")


class Bochs(Machine):
    """A running Bochs with its serial line; use in a with statement."""

    PIECE = 8       # the serial port has room for 16, and is looked at late now and then

    def __init__(self, build, log, *options):
        self.folder = Path(log).with_suffix(".bochs").resolve()
        self.started = time.monotonic()
        self.log = StampedLog(log, self.started)
        self.why, self.match = "", None
        self.fatal = []
        command = [str(o) for o in ("--folder", self.folder, *options)]
        self.log.write((" ".join([str(RUN), *command]) + "\n").encode())
        self.child = pexpect.spawn(str(RUN), command, timeout=None, echo=False,
                                   env=dict(os.environ, TERM="dumb", B=str(Path(build).resolve())))
        self.child.logfile_read = self.log
        self.child.delaybeforesend = None

    @classmethod
    def micro_guest(cls, build, log, image, *options):
        """A micro-guest as the control domain of a small machine."""
        return cls(build, log, "--mem", 512, "--hypervisor-cmdline", MICRO, "--kernel",
                   Path(image).resolve(), *options)

    def diagnose(self):
        return "Bochs runs" if self.running else "Bochs has stopped"

    def close(self):
        # The script, the emulator and what started it are one group; nothing in it is to be kept.
        if self.child.isalive():
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        self.child.close()
        self.log.close()
        # Bochs's own log stays; its CD has a hundred megabytes.
        shutil.rmtree(self.folder / "cd", ignore_errors=True)
        (self.folder / "cd.iso").unlink(missing_ok=True)
