# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's lighttpd in front of the daemon's socket, on loopback: for clients that speak HTTP."""
import socket
import subprocess
import time
from pathlib import Path

CONFIG = """
server.document-root = "{folder}/empty"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/lighttpd.log"
server.modules = ("mod_scgi", "mod_proxy")
scgi.protocol = "scgi"
server.stream-request-body = 2
server.stream-response-body = 2
$HTTP["url"] !~ "^/console" {{
	scgi.server = ("/" => (("socket" => "{socket}", "check-local" => "disable")))
}} else {{
	proxy.header = ("upgrade" => "enable")
	proxy.server = ("" => (("host" => "{socket}")))
}}
"""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Web:
    def __init__(self, folder, api_socket):
        folder, self.port = Path(folder), free_port()
        (folder / "empty").mkdir(exist_ok=True)
        config = folder / "lighttpd.conf"
        config.write_text(CONFIG.format(folder=folder, port=self.port, socket=api_socket))
        self.process = subprocess.Popen(["/usr/sbin/lighttpd", "-D", "-f", config])
        self.url = f"http://127.0.0.1:{self.port}"
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("lighttpd does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
