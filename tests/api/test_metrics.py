# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of metrics go with their VMs, and not before."""
import os
import time

import guard
import pytest


@pytest.fixture(scope="module", name="folder")
def fixture_folder(server, build):
    folder = server.folder / "metrics"
    folder.mkdir()
    daemon = guard.Guard(build, server, "alerts", "--every", "20").start()
    guard.soon(daemon.state.exists)
    yield folder
    daemon.stop()


def a_file(folder, uuid, days):
    path = folder / f"{uuid}.rrd"
    path.write_bytes(b"")
    when = time.time() - days * 86400
    os.utime(path, (when, when))
    return path


def test_files_of_vms(api, folder):
    ref, vm = next((r, v) for r, v in api.call("VM.get_all_records").items()
                   if v["name_label"] == "guest0")
    known = a_file(folder, vm["uuid"], 30)
    unknown = a_file(folder, "00000000-0000-0000-0000-00000000aaaa", 2)
    fresh = a_file(folder, "00000000-0000-0000-0000-00000000bbbb", 0.5)
    host, other = a_file(folder, "host", 30), a_file(folder, "something", 30)
    guard.soon(lambda: not unknown.exists())
    assert known.exists() and fresh.exists() and host.exists() and other.exists()
    api.call("VM.hard_shutdown", ref)
    api.call("VM.destroy", ref)
    guard.soon(lambda: not known.exists())
    assert fresh.exists()
