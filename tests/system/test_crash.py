# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of the hypervisor itself, made on purpose (crash_test=): each is caught, named, and is the end."""
import re

import pytest

from machine import CPU, Machine

pytestmark = pytest.mark.usefixtures("only_socle")
WAIT = 60
PANIC = rb"PANIC: ([^\r\n]+)[\r\n]"
UNNOTICED = rb"has gone unnoticed"


def crash(build, log, what, words="", **machine):
    return Machine.direct(build, "socle", log, words=f"crash_test={what} {words}",
                          modules=f"{build}/tests/system/images/idle.elf", **machine)


def end(machine):
    """(what the panic says, all that was said since it was asked for)"""
    assert machine.expect([rb"as asked for[\r\n]"], WAIT) == 0, machine.why
    index = machine.expect([PANIC, UNNOTICED], WAIT)
    assert index == 0, machine.why or "the fault has gone unnoticed"
    return machine.match[1].decode(), (machine.child.before + machine.match[0]).decode()


@pytest.mark.parametrize("what, word, function", [
    ("read-null", "page fault (read of 0,", "read_at"),
    ("write-text", "page fault (forbidden write", "write_at"),
    ("write-alias", "page fault (forbidden write", "write_alias"),
    ("write-constant", "page fault (forbidden write", "write_at"),
    ("run-data", "page fault (forbidden execution", "crash_test"),
    ("run-heap", "page fault (forbidden execution", "crash_test"),
    ("undefined", "invalid opcode", "undefined"),
    ("stack", "double fault", "stack_eat"),
])
def test_a_fault_is_caught_and_traced(build, log, what, word, function):
    with crash(build, log, what) as machine:
        said, text = end(machine)
        assert word in said
        assert re.search(rf" {function}\+", text), text
        assert re.search(r" cpu_run\+", text) or what == "stack", text
        assert machine.expect([rb"rebooting"], WAIT) == 0, machine.why


@pytest.mark.parametrize("what, word", [("canary", "overrun"), ("bug", "BUG at")])
def test_a_panic_is_traced_too(build, log, what, word):
    with crash(build, log, what) as machine:
        assert word in end(machine)[0]
        assert machine.expect([rb" cpu_run\+"], WAIT) == 0, machine.why
        assert machine.expect([rb"rebooting"], WAIT) == 0, machine.why


def test_another_cpu_has_its_guard_pages_too(build, log):
    with crash(build, log, "stack,1") as machine:
        said, text = end(machine)
        assert "double fault" in said and "CPU 1," in text


def test_a_stuck_cpu_is_found(build, log):
    with crash(build, log, "hang,1", "watchdog_timeout=2") as machine:
        said, text = end(machine)
        assert said.startswith("watchdog: ") and " at hang+" in said
        assert "CPU 1," in text
        assert machine.expect([rb"rebooting"], WAIT) == 0, machine.why


def test_a_fault_while_a_crash_is_told_is_the_end_too(build, log):
    with crash(build, log, "again") as machine:
        assert machine.expect([rb"another fault[\r\n]"], WAIT) == 0, machine.why
        assert machine.expect([rb"rebooting"], WAIT) == 0, machine.why


def test_a_crash_waits_with_noreboot(build, log):
    with crash(build, log, "undefined", "noreboot") as machine:
        end(machine)
        assert machine.expect([rb"noreboot was given: halted"], WAIT) == 0, machine.why
        machine.drain(2)
        assert machine.running


def test_smep_smap_and_umip_are_on_where_there_are_any(build, log):
    with crash(build, log, "undefined", cpu=f"{CPU},+smep,+smap,+umip") as machine:
        assert machine.expect([rb"SMEP, SMAP, UMIP,"], WAIT) == 0, machine.why
        assert re.search(r"cr4 0x3[0-9a-f]{2}[89a-f][0-9a-f]{2}\b", end(machine)[1])


def test_the_next_start_tells_of_it(build, log):
    with crash(build, log, "undefined", reboots=True) as machine:
        end(machine)
        assert machine.expect([rb"rebooting"], WAIT) == 0, machine.why
        assert machine.expect([rb"before this start the hypervisor panicked"], WAIT) == 0, \
            machine.why
        line = rb"\| [^\r\n]*PANIC: invalid opcode[^\r\n]*undefined\+"
        assert machine.expect([line], WAIT) == 0, machine.why
