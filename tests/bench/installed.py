# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures an unattended installation, and a cold start from its disk up to what an administrator
uses: the login, the API behind TLS, SSH. Beside it Debian's Xen up to its login, which QEMU starts
without a boot loader or a disk.
"""
import http.client
import socket
import ssl
import threading
import time
import urllib.request

from control_domain import ControlDomain
from guests import ACCELERATOR, BOOT_TIMEOUT, boot
from machine import Machine
from ports import free_port
from test_disk_image import answers_disk
from test_install import disk_arguments, empty_disk, install

INSTALLATION = "unattended installation"
DISK = "  disk that it uses"
LOGIN = "start from disk to login"
API = "start from disk to the API (Xen: login)"
SSH = "start from disk to SSH (Xen: login)"
ROWS = {INSTALLATION: ("s", 1), DISK: ("MB", 1e-6), LOGIN: ("s", 1), API: ("s", 1), SSH: ("s", 1)}
PASSWORD = "measured"
ANSWERS = f"""disk vda
root-password {PASSWORD}
ssh-key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f bench
finish poweroff
"""
NO_NAME = ssl.create_default_context()
NO_NAME.check_hostname, NO_NAME.verify_mode = False, ssl.CERT_NONE


def api_answers(port):
    question = urllib.request.Request(
        f"https://127.0.0.1:{port}/jsonrpc",
        b'{"jsonrpc":"2.0","id":1,"method":"system.listMethods","params":[]}')
    try:
        with urllib.request.urlopen(question, timeout=1, context=NO_NAME) as answer:
            return b"VM.start" in answer.read()
    except (OSError, http.client.HTTPException):
        return False


def ssh_answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def watch(machine, row, port, answers, seen):
    """Notes when the machine, which QEMU answers for at once, answers itself."""
    while machine.child.isalive() and machine.elapsed < BOOT_TIMEOUT:
        if answers(port):
            seen[row] = machine.elapsed
            return
        time.sleep(0.1)


def start(disk, log):
    """Starts it and switches it off again; {row: seconds}."""
    waiting = {API: (free_port(), 443, api_answers), SSH: (free_port(), 22, ssh_answers)}
    forward = ",".join(f"hostfwd=tcp:127.0.0.1:{port}-:{inside}"
                       for port, inside, _ in waiting.values())
    network = ["-netdev", f"user,id=net,{forward}", "-device", "virtio-net-pci,netdev=net"]
    with Machine([*disk_arguments(disk), *network, *ACCELERATOR], log) as machine:
        seen = {}
        threads = [threading.Thread(target=watch, args=(machine, row, port, answers, seen))
                   for row, (port, _, answers) in waiting.items()]
        for thread in threads:
            thread.start()
        host = ControlDomain(machine)
        seen[LOGIN] = host.login(BOOT_TIMEOUT, password=PASSWORD)
        for thread in threads:
            thread.join()
        missing = [row for row in waiting if row not in seen]
        assert not missing, f"no {', '.join(missing)}"
        machine.send("poweroff\n")
        machine.expect([], 60)
    return seen


def measure(args, hypervisor, figures, log):
    if hypervisor != "socle":
        with boot(args, hypervisor, log) as machine:
            login = ControlDomain(machine).login(BOOT_TIMEOUT)
            for row in (LOGIN, API, SSH):
                figures.add(row, hypervisor, login)
        return
    folder = args.build / "bench/running"
    folder.mkdir(parents=True, exist_ok=True)
    disk, answers = folder / "installed.raw", answers_disk(folder / "answers.img", ANSWERS)
    disk.unlink(missing_ok=True)
    figures.add(INSTALLATION, hypervisor,
                install(args.build, log.with_suffix(".install.log"), [empty_disk(disk), answers],
                        "disk:/answers"))
    figures.add(DISK, hypervisor, disk.stat().st_blocks * 512)
    # The first start makes keys; the second is like all that follow.
    start(disk, log.with_suffix(".first.log"))
    for row, seconds in start(disk, log).items():
        figures.add(row, hypervisor, seconds)
    disk.unlink()
