# SPDX-License-Identifier: GPL-2.0-or-later
"""A simulated host and the daemon, once for a file of tests."""
import os
import sys
from pathlib import Path

import pytest
from client import Server

sys.path.append(str(Path(__file__).resolve().parent.parent))

BUILD = Path(os.environ.get("SOCLE_BUILD", "build")).resolve()


@pytest.fixture(scope="module", name="build")
def fixture_build():
    return BUILD


@pytest.fixture(scope="module", name="server")
def fixture_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("api"), BUILD / "api/checked/apid", vms=3).start()
    yield server
    status = server.stop()
    log = (server.folder / "apid.log").read_text()
    assert status == 0, log     # the sanitizers have nothing to say


@pytest.fixture(scope="module", name="api")
def fixture_api(server):
    return server.settled()
