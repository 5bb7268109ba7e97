# SPDX-License-Identifier: GPL-2.0-or-later
"""Machine checks, made by the emulator's monitor: the console says which, and it is the end."""
import json
import socket
import time

import pytest

from machine import Machine

WAIT = 60
# Valid, uncorrected, enabled, with an address, and nothing can be trusted any more.
FATAL = 0xb600000000000000


class Monitor:
    """QEMU's control socket (QMP)."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(4 * WAIT)
        for _ in range(100):
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                time.sleep(0.1)
        self.answers = self.socket.makefile()
        self.answers.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        request = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode())
        while True:
            answer = json.loads(self.answers.readline())
            if "event" not in answer:
                return answer

    def command(self, line):
        answer = self.ask("human-monitor-command", **{"command-line": line})
        assert answer.get("return") == "", answer


@pytest.fixture
def idle(only_socle, build, log, tmp_path):
    """A machine whose control domain waits for ever, and its monitor."""
    control = tmp_path / "qmp"
    with Machine.direct(build, "socle", log, modules=f"{build}/tests/system/images/idle.elf",
                        extra=["-qmp", f"unix:{control},server=on,wait=off"]) as machine:
        assert machine.expect([rb"starting domain 0"], WAIT) == 0, machine.why
        machine.drain(2)
        yield machine, Monitor(control)


@pytest.mark.parametrize("cpu", [0, 1])
def test_a_fatal_one_names_cpu_and_bank(idle, cpu):
    machine, monitor = idle
    monitor.command(f"mce {cpu} 2 {FATAL:#x} 0x4 0x123456000 0")
    assert machine.expect([rb"PANIC: machine check on CPU (\d+), ([^\r\n]+)[\r\n]"], WAIT) == 0, \
        machine.why
    assert int(machine.match[1]) == cpu
    assert b"bank 2: status 0xb6" in machine.match[2] and b"0x123456000" in machine.match[2]
