# SPDX-License-Identifier: GPL-2.0-or-later
"""`xe console` in a terminal, against the daemons and a simulated guest, which shouts back."""
import os
import signal
import termios

import pexpect
import pytest
from client import PASSWORD
from test_xe import vm, xe  # noqa: F401 pylint: disable=unused-import

LEAVE = "\x1d"


@pytest.fixture(name="running")
def fixture_running(xe, vm):
    xe("vm-start", f"uuid={vm}")
    return vm


def terminal(xe, vm, **options):
    return pexpect.spawn(str(xe.program), ["-s", str(xe.folder), "-pw", PASSWORD, "console",
                                           f"vm={vm}"],
                         env={"HOME": str(xe.folder)}, timeout=120, **options)


def test_there_and_back(xe, running):
    console = terminal(xe, running)
    console.expect("Ctrl-] leaves.*\r\n.*login: ")
    assert not termios.tcgetattr(console.child_fd)[3] & termios.ECHO
    for word in ("hello", "again"):
        console.send(word + "\r")
        console.expect(word.upper())
    console.send(LEAVE)
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0


def test_a_lost_connection_is_made_again(xe, running):
    console = terminal(xe, running)
    console.expect("login: ")
    # The process of this stream alone: a child of the daemon's.
    children = f"/proc/{xe.streams.pid}/task/{xe.streams.pid}/children"
    with open(children, encoding="ascii") as text:
        os.kill(int(text.read().split()[-1]), signal.SIGKILL)
    console.expect("login: ")
    console.send("still here")
    console.expect("STILL HERE")
    console.send(LEAVE)
    console.expect(pexpect.EOF)


def test_the_vm_ends(xe, running):
    console = terminal(xe, running)
    console.expect("login: ")
    xe("vm-shutdown", f"uuid={running}", "--force")
    console.expect("The console has ended: its VM does not run")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0
    status, words = xe.refused("console", f"vm={running}")
    assert status == 1 and "does not run" in words


def test_where_it_is(xe, running):
    console = xe("console-list", f"vm-uuid={running}", "--minimal")
    assert xe.get("console", console, "location") == f"https://192.0.2.10/console?uuid={console}"
