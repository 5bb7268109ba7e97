# SPDX-License-Identifier: GPL-2.0-or-later
"""The API over its SCGI socket, as the web server would speak to it: for tests and measurements.

Server starts a simulated vmd and the daemon in a folder of its own; Client is JSON-RPC 2.0;
XmlTransport carries python's own xmlrpc.client.
"""
import io
import json
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path

HERE = Path(__file__).parent
PASSWORD = "correct horse"


class Failure(Exception):
    """What the API refused: a code and its parameters."""

    def __init__(self, error):
        super().__init__(error)
        self.code, self.words = error[0], error[1:]


def scgi(body, path="/jsonrpc", method="POST", length=None, address="192.0.2.99", **more):
    """more: further headers, such as HTTP_COOKIE."""
    headers = {"CONTENT_LENGTH": str(len(body) if length is None else length), "SCGI": "1",
               "REQUEST_METHOD": method, "REQUEST_URI": path, "REMOTE_ADDR": address, **more}
    packed = b"".join(k.encode() + b"\0" + v.encode() + b"\0" for k, v in headers.items())
    return b"%d:%s," % (len(packed), packed) + body


def connect(path, timeout=60):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    sock.connect(str(path))
    return sock


def exchange(path, data, timeout=60):
    """(status, headers, body) of a raw request."""
    with connect(path, timeout) as sock:
        try:
            sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass        # it had its answer ready before the end
        return read_reply(sock)


def read_reply(sock):
    got = b""
    while True:
        try:
            data = sock.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        if not data:
            break
        got += data
    head, _, body = got.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")]
    headers = {name.lower(): value for name, _, value in lines}
    return int(headers.get("status", "0").split()[0]), headers, body


class Client:
    """JSON-RPC 2.0 with a session: c.call("VM.get_all")."""

    def __init__(self, path, user="root", password=PASSWORD, address="192.0.2.1"):
        self.path, self.address, self.session = path, address, None
        if user:
            self.session = self.raw("session.login_with_password", user, password)

    def raw(self, method, *params, timeout=120):
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
        status, _, reply = exchange(self.path, scgi(body.encode(), address=self.address), timeout)
        if status != 200:
            raise Failure([str(status), reply.decode(errors="replace")])
        answer = json.loads(reply)
        if "error" in answer:
            raise Failure([answer["error"]["message"], *answer["error"]["data"]])
        return answer["result"]

    def call(self, method, *params, timeout=120):
        return self.raw(method, self.session, *params, timeout=timeout)

    def wait(self, task, seconds=120):
        """The end of a task: its result, or its failure."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            record = self.call("task.get_record", task)
            if record["status"] != "pending":
                self.call("task.destroy", task)
                if record["status"] != "success":
                    raise Failure(record["error_info"])
                return record["result"]
            time.sleep(0.02)
        raise TimeoutError(task)


class XmlTransport(xmlrpc.client.Transport):
    """Python's own client, over the socket."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def single_request(self, host, handler, request_body, verbose=False):
        self.verbose = verbose
        status, _, body = exchange(self.path, scgi(request_body, handler))
        if status != 200:
            raise xmlrpc.client.ProtocolError(host, status, body.decode(), {})
        return self.parse_response(io.BytesIO(body))


def xml_server(path):
    return xmlrpc.client.ServerProxy("http://socket/RPC2", transport=XmlTransport(path))


class Server:
    """vmd (simulated) and apid, in a folder."""

    def __init__(self, folder, apid, vms=0):
        self.folder, self.apid, self.vms = Path(folder), apid, vms
        self.socket, self.database = self.folder / "api.sock", self.folder / "state.db"
        self.daemon = self.vmd = None
        # The tests may be root, and root needs no password: another user is whom they are.
        self.log = (self.folder / "apid.log").open("ab")

    def command(self, *more):
        return [str(self.apid), "--database", str(self.database), "--socket", str(self.socket),
                "--vmd", str(self.folder / "vmd.sock"), "--audit", str(self.folder / "audit.log"),
                "--user", "none-of-this-machine", *more]

    def set_password(self, account, password):
        subprocess.run(self.command("set-password", account), input=password.encode() + b"\n",
                       check=True, stderr=self.log)

    def start_vmd(self, program=HERE / "fake_vmd.py"):
        (self.folder / "vmd.sock").unlink(missing_ok=True)
        # pylint: disable-next=consider-using-with
        self.vmd = subprocess.Popen([sys.executable, program, self.folder / "vmd.sock",
                                     str(self.vms)], stdin=subprocess.DEVNULL)
        self.wait_for(self.folder / "vmd.sock")

    def start_daemon(self, before=None):
        """before: called in the new process."""
        self.socket.unlink(missing_ok=True)
        # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
        self.daemon = subprocess.Popen(self.command(), stdout=self.log, stderr=self.log,
                                       preexec_fn=before)
        self.wait_for(self.socket)

    def start(self):
        self.set_password("root", PASSWORD)
        self.start_vmd()
        self.start_daemon()
        return self

    @staticmethod
    def wait_for(path):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if path.exists():
                return
            time.sleep(0.01)
        raise TimeoutError(path)

    def settled(self):
        """A client, when the daemon has heard from vmd."""
        end, client = time.monotonic() + 120, None
        while time.monotonic() < end:
            client = client or Client(self.socket)
            vms = client.call("VM.get_all_records").values()
            if sum(vm["power_state"] == "Running" for vm in vms) > self.vms and \
                    len(client.call("SR.get_all")) > 1 and any(
                        pif["IP"] for pif in client.call("PIF.get_all_records").values()):
                return client
            time.sleep(0.02)
        raise TimeoutError("the daemon has not heard from vmd")

    def vmd_request(self, verb, args):
        """Past the daemon, as `xl` would."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(60)
            sock.connect(str(self.folder / "vmd.sock"))
            sock.send(json.dumps({"verb": verb, "args": args}).encode())
            while True:
                answer = json.loads(sock.recv(1 << 17))
                if "progress" not in answer:
                    return answer

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def stop(self):
        """Ends both; the daemon's status is returned, 0 if its sanitizers are content."""
        status = None
        if self.daemon:
            self.daemon.terminate()
            status = self.daemon.wait(120)
        if self.vmd:
            self.vmd.kill()
            self.vmd.wait()
        return status
