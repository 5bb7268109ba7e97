# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the system tests: which build and hypervisor, where logs go, and a control domain to share."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from control_domain import ControlDomain  # noqa: E402
from machine import Machine  # noqa: E402


@pytest.fixture(scope="session")
def build():
    return Path(os.environ.get("SOCLE_BUILD", "build"))


@pytest.fixture(scope="session")
def worker():
    """Which of the processes this is that share out the tests."""
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def hypervisor():
    return os.environ.get("SOCLE_HYPERVISOR", "socle")


@pytest.fixture(scope="session")
def logs(build):
    folder = build / "test-logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def only_socle(hypervisor):
    if hypervisor != "socle":
        pytest.skip("about our own hypervisor or ISO")


@pytest.fixture
def log(logs, request):
    """The log file of a test that starts a machine of its own."""
    return logs / f"system-{re.sub(r'[^A-Za-z0-9_-]+', '-', request.node.name)}.log"


def scratch_disk(path):
    """QEMU's options for an empty file system, /dev/vda; what else can be written is memory."""
    path.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", "1G", path], check=True)
    subprocess.run(["/sbin/mkfs.ext4", "-q", "-F", path], check=True)
    # Behind the IOMMU: on Xen a driver would not give it the machine's addresses otherwise.
    return ["-drive", f"file={path},if=none,id=scratch,format=raw,cache=unsafe",
            "-device", "virtio-blk-pci,drive=scratch,disable-legacy=on,iommu_platform=on"]


class Shared:
    """One machine for many tests. A test that leaves it unusable costs a new one, not the other tests."""

    def __init__(self, build, hypervisor, log):
        self.build, self.hypervisor, self.log = build, hypervisor, log
        self.host, self.starts = None, 0

    def start(self):
        self.starts += 1
        log = self.log.with_stem(f"{self.log.stem}-{self.starts}")
        # On the AHCI controller: reading takes the control domain's own driver and interrupts.
        disk = ["-drive", f"file={self.build}/tests/system/images.iso,if=ide,index=1,media=disk,"
                          "format=raw,snapshot=on"]
        disk += scratch_disk(log.with_suffix(".scratch"))
        if self.hypervisor == "socle":
            machine = Machine.iso(self.build, log, extra=disk)
        else:
            machine = Machine.direct(self.build, self.hypervisor, log, extra=disk)
        self.host = ControlDomain(machine)
        self.host.login()
        self.host.run("mkdir -p /images; i=0; "
                      "until mount -r -t iso9660 /dev/sda /images 2>/dev/null || [ $i -gt 40 ]; do "
                      "sleep 1; i=$((i+1)); done; test -e /images/spin.elf", 240)
        self.host.run("mkdir -p /scratch; i=0; "
                      "until mount -t ext4 /dev/vda /scratch 2>/dev/null || [ $i -gt 40 ]; do "
                      "sleep 1; i=$((i+1)); done; grep -q ' /scratch ' /proc/mounts", 240)

    def stop(self):
        if self.host:
            self.host.machine.close()
        self.host = None
        self.log.with_stem(f"{self.log.stem}-{self.starts}").with_suffix(".scratch").unlink(True)


@pytest.fixture(scope="session")
def shared(build, hypervisor, logs, worker):
    shared = Shared(build, hypervisor, logs / f"system-shared-{worker}.log")
    yield shared
    shared.stop()


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, f"report_{call.when}", outcome.get_result())


@pytest.fixture
def host(shared, request):
    """The shared control domain, without guests."""
    if shared.host is None:
        try:
            shared.start()
        except BaseException:
            shared.stop()
            raise
    yield shared.host
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        shared.stop()
        return
    shared.host.destroy_guests()
