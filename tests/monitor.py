# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine was doing when it fell silent, as QEMU's monitor tells: the registers of its CPUs,
its interrupt controllers, its first serial port.

Owns: the monitor's socket. Does not own: the machine (machine.py), or what its silence means.
"""
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROMPT = b"(qemu) "
UART = {"IER": 0x3f9, "LCR": 0x3fb, "LSR": 0x3fd}   # those that a look does not change, but errors


class Monitor:
    """The human monitor of one QEMU, on a socket that is removed with close()."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="socle-"))
        self.path, self.line = self.folder / "monitor", None

    @property
    def arguments(self):
        return ["-monitor", f"unix:{self.path},server=on,wait=off"]

    def ask(self, command, seconds=5):
        """The answer's text; OSError when there is none."""
        if not self.line:
            self.line = socket.socket(socket.AF_UNIX)
            self.line.settimeout(seconds)
            self.line.connect(str(self.path))
            self._read()
        self.line.sendall(command.encode() + b"\n")
        return self._read().partition("\n")[2]      # behind the command, which it echoes

    def _read(self):
        said = b""
        while not said.endswith(PROMPT):
            piece = self.line.recv(65536)
            if not piece:
                raise OSError("QEMU closed its monitor")
            said += piece
        return said.removesuffix(PROMPT).decode(errors="replace").replace("\r", "")

    def close(self):
        if self.line:
            self.line.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def symbols(elf):
    """[(address, name)] of its functions in order; empty without the file."""
    if not elf or not Path(elf).exists():
        return []
    lines = subprocess.run(["nm", "-n", elf], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^([0-9a-f]+) [tT] (\S+)$", lines, re.M)
    return [(int(at, 16), name) for at, name in found]


def place(rip, known):
    """Where in the hypervisor that is, or the number for who else runs."""
    below = [(at, name) for at, name in known if at <= rip]
    if not below or rip - below[-1][0] > 0x2000 or rip > known[-1][0] + 0x2000:
        return f"{rip:#x}"
    return f"{below[-1][1]}+{rip - below[-1][0]:#x}"


def cpu_line(registers, known):
    """A few words of a CPU's registers, as "info registers" shows them."""
    found = re.search(r"[ER]IP=([0-9a-f]+) .*CPL=(\d) .*HLT=(\d)", registers)
    if not found:
        return "?"
    return f"{place(int(found[1], 16), known)} CPL={found[2]} HLT={found[3]}"


def diagnose(monitor, log, elf=None):
    """All of it into the log (a function that takes bytes); the short form comes back as text.

    Registers are looked at twice: does anything move?
    """
    def tell(command):
        answer = monitor.ask(command)
        log(f"\n[{command}]\n{answer}".encode())
        return answer

    known, short = symbols(elf), []
    for pause in (0.3, 0):
        cpus = re.findall(r"^CPU#\d+.*?(?=^CPU#|\Z)", tell("info registers -a"), re.M | re.S)
        short.append("; ".join(f"CPU {n} {cpu_line(cpu, known)}" for n, cpu in enumerate(cpus)))
        time.sleep(pause)
    waiting = [re.search(r"^IRR\s+(.*?)\s*$", tell(f"info lapic {n}"), re.M)
               for n in range(len(cpus))]
    tell("info pic")
    uart = [f"{name}={tell(f'i /b {port:#x}').strip().rpartition('= ')[2]}"
            for name, port in UART.items()]
    return (f"{' then '.join(short)}; interrupts that wait: "
            f"{', '.join(w[1] if w else '?' for w in waiting)}; UART {' '.join(uart)}")
