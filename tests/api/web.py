# SPDX-License-Identifier: GPL-2.0-or-later
"""The image's web server on loopback: its own static program with its own lighttpd.conf, of which
only ports, sockets, folders, user and certificate are others. `with Web(...)`, or stop()."""
import datetime
import re
import socket
import ssl
import subprocess
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conftest import BUILD
from ports import free_port

PROGRAM = BUILD / "packages/lighttpd/root/usr/sbin/lighttpd"
CONFIG = Path(__file__).resolve().parents[2] / "dom0-rootfs/overlay/etc/lighttpd.conf"


def write_certificate(path):
    """Key and self-signed certificate of localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(
        key.public_key()).serial_number(1).not_valid_before(now - datetime.timedelta(1)) \
        .not_valid_after(now + datetime.timedelta(30)).add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(
                key, hashes.SHA256())
    path.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()) + certificate.public_bytes(serialization.Encoding.PEM))


def config(folder, ports, api, streams, root):
    """The real one, here. What is to be replaced has to be there."""
    text = CONFIG.read_text()
    https, http = ports
    for old, new in (
            (r'server\.(user|group)name = "www"\n', ""),
            (r'"/srv/www"', f'"{root}"'),
            (r"\nserver\.port = 443\n", f'\nserver.port = {https}\nserver.bind = "127.0.0.1"\n'
             f'server.errorlog = "{folder}/lighttpd.log"\n'),
            (r'"/var/lib/socle/tls/host.pem"', f'"{folder}/host.pem"'),
            (r'"/run/lighttpd"', f'"{folder}/uploads"'),
            (r'"/run/socle/api.sock"', f'"{api}"'),
            (r'"/run/socle/transfer.sock"', f'"{streams}"'),
            (r'\$SERVER\["socket"\] == "\[::\]:\d+" \{.*?\n\}\n', ""),
            (r'\$SERVER\["socket"\] == ":80"', f'$SERVER["socket"] == "127.0.0.1:{http}"')):
        text, found = re.subn(old, lambda _, new=new: new, text, flags=re.DOTALL)
        assert found, f"lighttpd.conf has no {old}"
    return text


class Web:
    """root: the files; without it there are none. ports: for HTTPS and HTTP."""

    def __init__(self, folder, api_socket, streams=None, root=None, ports=None):
        folder, ports = Path(folder), ports or (free_port(), free_port())
        self.port, self.http_port = ports
        (folder / "uploads").mkdir(exist_ok=True)
        write_certificate(folder / "host.pem")
        file = folder / "lighttpd.conf"
        file.write_text(config(folder, ports, api_socket, streams or api_socket,
                               root or folder / "uploads"))
        self.process = subprocess.Popen([PROGRAM, "-D", "-f", file])
        self.url = f"https://localhost:{self.port}"
        self.context = ssl.create_default_context(cafile=folder / "host.pem")
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise TimeoutError("lighttpd does not listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def connect(self):
        """A connection as a browser has it."""
        sock = socket.create_connection(("127.0.0.1", self.port), 20)
        return self.context.wrap_socket(sock, server_hostname="localhost")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(120)
