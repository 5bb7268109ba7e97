# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines that start from the network, with what image/make-pxe leaves for a server: pxelinux and
UEFI's loader get to their menus and take files by HTTP; iPXE starts the installer, which takes its
answers and the system from the same server. The emulated network's 10.0.2.2 is us.
"""
import functools
import http.server
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from machine import PATIENCE, Machine

TOP = Path(__file__).resolve().parents[2]
SCRIPT = """#!ipxe
set entry install
set words answerfile={url}/host7
chain {url}/socle.ipxe
"""


class Server:
    """The tree by HTTP; what was asked for is in paths."""

    def __init__(self, folder):
        self.paths = paths = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_request(self, code="-", size="-"):
                paths.append((self.path, int(code)))

        handler = functools.partial(Handler, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://10.0.2.2:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def asked_for(self, path, timeout):
        end = time.monotonic() + timeout * PATIENCE
        while (path, 200) not in self.paths and time.monotonic() < end:
            time.sleep(0.2)
        return (path, 200) in self.paths


@pytest.fixture(scope="module", name="tree")
def fixture_tree(build, tmp_path_factory):
    return tmp_path_factory.mktemp("pxe") / "tree"


@pytest.fixture(scope="module", name="server")
def fixture_server(build, tree):
    server = Server(tree)
    loaders = [next(TOP.glob(f"dl/{name}_*.deb")) for name in ("pxelinux", "syslinux-common")]
    subprocess.run([TOP / "image/make-pxe", tree, "7.1", *loaders,
                    build.resolve() / "image/bootx64.efi", server.url], check=True, cwd=TOP,
                   env=dict(os.environ, B=str(build.resolve())))
    yield server
    server.server.shutdown()


def boot(log, tree, bootfile, card, **machine):
    net = f"user,id=net,tftp={tree},bootfile={bootfile}"
    return Machine(["-netdev", net, "-device", f"{card},netdev=net,bootindex=1"], log, **machine)


def test_pxelinux_has_the_menu_and_takes_files_by_http(only_socle, server, tree, log):
    # With the other card's code in its ROM, what pxelinux gets is not what was sent.
    with boot(log, tree, "lpxelinux.0", "e1000") as machine:
        for words in (rb"Socle 7\.1", rb"try Socle", rb"socle/socle\.\.\. ok"):
            assert machine.expect([words], 40) == 0, (words, machine.why)
    assert server.paths[0] == ("/socle/socle", 200)
    server.paths.clear()


def test_uefi_has_the_same(only_socle, server, tree, log):
    with boot(log, tree, "bootx64.efi", "virtio-net-pci", uefi=True) as machine:
        assert server.asked_for("/socle/vmlinux.lz4", 60), machine.running
    assert server.paths[0] == ("/socle/socle", 200)


def test_ipxe_starts_the_installer(only_socle, server, tree, log):
    (tree / "host7").write_text("disk vda\nhostname web7\nroot-password secret\n")
    (tree / "host7.ipxe").write_text(SCRIPT.format(url=server.url))
    with boot(log, tree, f"{server.url}/host7.ipxe", "virtio-net-pci") as machine:
        # All but a disk is there.
        for words in (rb"host web7, on vda", rb"from http://", rb"FAILED: there is no disk vda"):
            assert machine.expect([words], 60) == 0, (words, machine.why)
    assert ("/install/boot.img.gz", 200) in server.paths
