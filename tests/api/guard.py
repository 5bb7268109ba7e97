# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemons alerts and backup beside a simulated host, and places that they send to."""
import http.server
import socketserver
import ssl
import subprocess
import threading
import time


def certificate(folder, name):
    """A throwaway certificate of 127.0.0.1 with its key, in one file."""
    file = folder / f"{name}.pem"
    if not file.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", file, "-out", folder / f"{name}.crt"],
                       check=True, capture_output=True)
        with file.open("ab") as both:
            both.write((folder / f"{name}.crt").read_bytes())
    return file


def trusting_curl(folder):
    """curl, for which the certificate "known" is a good one."""
    script = folder / "curl"
    script.write_text("#!/bin/sh\n"
                      f"exec /usr/bin/curl \"$@\" --cacert {certificate(folder, 'known')}\n")
    script.chmod(0o755)
    return script


class Guard:
    """`guard alerts` or `guard backup`, with sanitizers."""

    def __init__(self, build, server, kind, *more):
        self.server, self.kind = server, kind
        self.state = server.folder / kind
        self.log = (server.folder / f"{kind}.log").open("ab")
        self.command = [str(build / "api/checked/guard"), "--api", str(server.socket),
                        "--vmd", str(server.folder / "vmd.sock"), "--state", str(self.state),
                        "--transfer", str(server.folder / "transfer.sock"),
                        "--metrics", str(server.folder / "metrics"),
                        "--curl", str(trusting_curl(server.folder)),
                        "--user", "none-of-this-machine", "--every", "300", *more, kind]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """It serves until it is killed: what the sanitizers found is in its log."""
        self.kill()
        text = (self.server.folder / f"{self.kind}.log").read_text()
        assert "ERROR: AddressSanitizer" not in text and "runtime error" not in text, text
        return text


def soon(condition, seconds=120):
    """What becomes true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(condition)


class Listener:
    """A server of Python's in a thread, on a port of its own."""

    def __init__(self, server, handler):
        self.got, self.refuse = [], False
        outer = self

        class Handler(handler):
            owner = outer

        self.server = server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class HookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.owner.refuse:
            self.send_error(503)
            return
        self.owner.got.append((self.path, dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class StoreHandler(http.server.BaseHTTPRequestHandler):
    """A web server that keeps what is PUT; or, with a key, objects as S3 does."""
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"]))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def allowed(self):
        return self.owner.check is None or self.owner.check(self)

    def do_PUT(self):
        chunked = self.headers.get("Transfer-Encoding") == "chunked"
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        try:
            data = self.body()
        except ValueError:
            self.close_connection = True
            return
        if self.owner.refuse or not self.allowed() or (chunked and self.owner.check):
            self.answer(403)
            return
        if self.owner.spoil and not self.path.endswith(".json"):
            data = self.owner.spoil(data)
        self.owner.files[self.path] = data
        self.answer(201)

    def do_GET(self):
        if not self.allowed():
            self.answer(403)
        elif self.path in self.owner.files:
            self.answer(200, self.owner.files[self.path])
        else:
            self.answer(404)

    do_HEAD = do_GET

    def do_DELETE(self):
        self.answer(204 if self.allowed() and self.owner.files.pop(self.path, None) else 404)

    def log_message(self, *_):
        pass


def store(check=None):
    listener = Listener(http.server.ThreadingHTTPServer, StoreHandler)
    listener.files, listener.check, listener.spoil = {}, check, None
    return listener


def webhook():
    return Listener(http.server.ThreadingHTTPServer, HookHandler)


class MailHandler(socketserver.StreamRequestHandler):
    """As much of SMTP as one client needs; the owner says where there is TLS."""

    def encrypt(self):
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(self.owner.certificate)
        self.request = trust.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = (self.request.makefile(mode, 0) for mode in ("rb", "wb"))

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        try:
            if self.owner.tls == "tls":
                self.encrypt()
            self.serve()
        except (ssl.SSLError, ConnectionError):
            pass        # a client that does not trust us

    def serve(self):
        self.say("220 test")
        mail = {"rcpt": []}
        while line := self.rfile.readline():
            word = line.strip().decode()
            if word.upper().startswith("EHLO"):
                self.say("250-test")
                if self.owner.tls == "starttls":
                    self.say("250-STARTTLS")
                self.say("250 AUTH PLAIN")
            elif word.upper() == "STARTTLS":
                self.say("220 begin")
                self.encrypt()
            elif word.upper().startswith("AUTH"):
                self.say("334 ")
                mail["auth"] = self.rfile.readline().strip().decode()
                self.say("235 yes")
            elif word.upper().startswith("MAIL"):
                mail["from"] = word
                self.say("250 ok")
            elif word.upper().startswith("RCPT"):
                mail["rcpt"].append(word)
                self.say("250 ok")
            elif word.upper() == "DATA":
                self.say("354 go on")
                data = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    data += part
                self.owner.got.append({**mail, "data": data.decode(),
                                       "tls": isinstance(self.request, ssl.SSLSocket)})
                self.say("250 ok")
            elif word.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


def mail_server(tls="none", cert=None):
    listener = Listener(socketserver.ThreadingTCPServer, MailHandler)
    listener.tls, listener.certificate = tls, cert
    return listener
