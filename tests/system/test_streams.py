# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks as images and differences, consoles from afar, and installers from a repository, by
build/xe from the machine that tests, over TLS.

One machine of its own, in which the host on the other side of the network is us, at 10.0.2.2. The
tests run in their order.
"""
import functools
import http.server
import io
import random
import re
import subprocess
import tarfile
import threading

import pexpect
import pytest

from control_domain import ControlDomain
from machine import Machine
from test_api import DEMO, PASSWORD, Api, free_port

MIB = 1 << 20
NETBOOT = "dists/trixie/main/installer-amd64/current/images/netboot/debian-installer/amd64"


class Streams(Api):
    def __init__(self, build, hypervisor, logs, home):
        self.build, self.home = build, home
        self.https, self.http = free_port(), free_port()
        disk = home / "disk"
        subprocess.run(["truncate", "-s", "1G", disk], check=True)
        extra = ["-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.https}-:443",
                 "-device", "virtio-net-pci,netdev=net",
                 "-drive", f"file={disk},if=none,id=disk,format=raw,cache=unsafe",
                 "-device", "virtio-blk-pci,drive=disk"]
        # Without a disk of the host's own, an installer is kept in its memory.
        self.host = ControlDomain(Machine.direct(build, hypervisor, logs / "system-streams.log",
                                                 words="dom0_mem=512M", extra=extra))
        self.host.login()

    def console(self, vm):
        return pexpect.spawn(str(self.build / "xe"), [
            "-s", "127.0.0.1", "-p", str(self.https), "-u", "root", "-pw", PASSWORD, "console",
            f"uuid={vm}"], env={"HOME": str(self.home)}, timeout=60)


@pytest.fixture(scope="module")
def streams(build, hypervisor, logs, tmp_path_factory):
    streams = Streams(build, hypervisor, logs, tmp_path_factory.mktemp("home"))
    try:
        streams.wait_up()
        streams.host.run(f"echo '{PASSWORD}' | apid set-password root")
        streams.xe("sr-create", "name-label=disks", "type=lvmthin",
                   "device-config:device=/dev/vda", timeout=120)
        yield streams
    finally:
        streams.host.machine.close()


@pytest.fixture(scope="module")
def repository(build, tmp_path_factory):
    """A mirror with Debian's installer, and one where a page is in the kernel's place."""
    folder = tmp_path_factory.mktemp("repository")
    images = build / "tests/system/images/installer"
    for name, kernel in (("debian", images / "vmlinuz"), ("odd", None)):
        files = folder / name / NETBOOT
        files.mkdir(parents=True)
        if kernel:
            (files / "linux").symlink_to(kernel.resolve())
            (files / "initrd.gz").symlink_to(kernel.with_name("initrd.gz").resolve())
        else:
            (files / "linux").write_text("<html>moved</html>" * 100)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://10.0.2.2:{server.server_address[1]}"
    server.shutdown()


def test_images_and_differences(streams, tmp_path):
    xe, sr = streams.xe, streams.xe("sr-list", "name-label=disks", "--minimal")
    data = bytearray(8 * MIB)
    data[MIB:2 * MIB] = random.Random(1).randbytes(MIB)
    (tmp_path / "raw").write_bytes(data)
    subprocess.run(["qemu-img", "convert", "-c", "-O", "qcow2", tmp_path / "raw",
                    tmp_path / "qcow2"], check=True)
    vdi, restored = (xe("vdi-create", f"sr-uuid={sr}", f"name-label={name}", "virtual-size=8MiB")
                     for name in ("disk", "restored"))
    xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/qcow2", "format=qcow2", timeout=120)
    snapshots = [xe("vdi-snapshot", f"uuid={vdi}", timeout=60)]
    data[MIB:MIB + 4096] = bytes(4096)
    data[5 * MIB:5 * MIB + 100] = b"x" * 100
    (tmp_path / "raw").write_bytes(data)
    xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/raw", timeout=120)
    snapshots.append(xe("vdi-snapshot", f"uuid={vdi}", timeout=60))
    xe("vdi-export", f"uuid={snapshots[0]}", f"filename={tmp_path}/0.vhd", "format=vhd")
    xe("vdi-export", f"uuid={snapshots[1]}", f"filename={tmp_path}/1.vhd", "format=vhd",
       f"base={snapshots[0]}", timeout=120)
    for i in range(2):
        xe("vdi-import", f"uuid={restored}", f"filename={tmp_path}/{i}.vhd", "format=vhd",
           timeout=120)
    xe("vdi-export", f"uuid={restored}", f"filename={tmp_path}/ours", "format=qcow2", timeout=120)
    subprocess.run(["qemu-img", "compare", "-f", "raw", "-F", "qcow2", tmp_path / "raw",
                    tmp_path / "ours"], check=True)
    assert xe("vdi-list", f"sr-uuid={sr}", "--minimal").count(",") == 3


def test_a_console_from_afar(streams):
    vm = streams.xe("vm-create", "name-label=talker", *DEMO.split())
    streams.xe("vm-start", f"uuid={vm}", timeout=180)
    console = streams.console(vm)
    console.expect("Ctrl-] leaves")
    console.expect("[#$] $", timeout=120)
    console.send("echo so$((40 + 2))\r")
    console.expect("so42")
    console.send("\x1d")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0
    streams.xe("vm-uninstall", f"uuid={vm}", "--force", timeout=120)


def install(streams, url, name):
    return streams.xe("vm-install", "template=Debian 13", f"new-name-label={name}", f"url={url}",
                      "memory_set=512", timeout=120)


def nothing_is_left(streams):
    folders = "/var/lib/socle/kernels /run/socle/kernels"
    return not streams.host.run(f"ls {folders} 2>/dev/null | grep install || true").strip()


def test_no_installer(streams, repository):
    for url, said in ((f"{repository}/nothing", "no installer of that distribution"),
                      (f"{repository}/odd", "it is no kernel"),
                      ("http://10.0.2.2:1/x", "onnect")):
        vm = install(streams, url, "nothing")
        status, _, err = streams.try_xe("vm-start", f"uuid={vm}", timeout=120)
        assert status == 1 and "BOOTLOADER_FAILED" in err and said in err, err
        assert streams.xe("vm-param-get", f"uuid={vm}", "param-name=power-state") == "halted"
        streams.xe("vm-uninstall", f"uuid={vm}", "--force")
    assert nothing_is_left(streams)


def test_an_installer_from_a_repository(streams, repository):
    vm = install(streams, f"{repository}/debian", "installed")
    streams.xe("vm-start", f"uuid={vm}", timeout=180)
    log = "/var/log/xen/console/guest-installed.log"
    line = streams.host.run(f"i=0; until grep -m1 'ommand line:' {log} || [ $i = 90 ]; do "
                            "sleep 1; i=$((i + 1)); done", 120)
    assert re.search("console=hvc0 TERM=linux mirror/country=manual .*hostname=10.0.2.2:", line)
    assert nothing_is_left(streams)
    assert "install-repository" not in re.sub(
        "last-install-repository", "", streams.xe("vm-param-get", f"uuid={vm}",
                                                  "param-name=other-config"))
    # Whatever reboots it: from then on it starts what is on its disk, here nothing.
    streams.xe("vm-reboot", f"uuid={vm}", "--force", timeout=180)
    console = streams.console(vm)
    console.expect("(?i)grub", timeout=90)
    console.send("\x1d")
    console.expect(pexpect.EOF)
    streams.xe("vm-uninstall", f"uuid={vm}", "--force", timeout=120)


def names_in(file):
    unpacked = subprocess.run(["zstd", "-dc", file], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        return archive.getnames()


def test_the_host_in_a_file_and_back(streams, tmp_path):
    xe, run, file = streams.xe, streams.host.run, tmp_path / "backup"
    xe("host-backup", f"file-name={file}")
    names = names_in(file)
    assert {"manifest.json", "state.db", "network.conf", "tls/host.pem"} <= set(names)
    assert any(name.startswith("storage/") for name in names)
    xe("host-param-set", "uuid=" + xe("host-list", "--minimal"), "name-description=changed since")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes()[:-100])
    status, _, err = streams.try_xe("host-restore", f"file-name={damaged}")
    assert status == 1 and "IMPORT_ERROR" in err, err
    assert "state.db.old" not in run("ls /var/lib/socle")
    xe("host-restore", f"file-name={file}")
    assert "state.db.old" in run("ls /var/lib/socle")
    # As at the host's next start.
    run("sv restart /etc/service/apid", 60)
    assert streams.xe_soon("host-list", "params=name-description", "--minimal") != "changed since"
    assert "disks" in xe("sr-list", "params=name-label")


def test_the_state_of_the_host(streams, tmp_path):
    streams.xe("host-get-system-status", f"filename={tmp_path}/status", timeout=120)
    names = names_in(tmp_path / "status")
    assert {"hypervisor.log", "system.log", "storage.json", "network.conf"} <= set(names)
    assert "log/socle/audit.log" in names
