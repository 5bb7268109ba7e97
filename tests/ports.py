# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP and UDP ports of the loopback for servers of tests."""
import random
import socket


def free_port(kind=socket.SOCK_STREAM):
    """None of those that the system gives to whoever connects: it stays free until it is used, and
    while the server that has it is away."""
    while True:
        port = random.randrange(10000, 32000)
        try:
            with socket.socket(socket.AF_INET, kind) as sock:
                sock.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
