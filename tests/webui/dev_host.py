#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A host for whoever writes or tests the console: the real daemons for calls and streams, and the
web server with the rules of the image, in front of a simulated machine with a past.

When it is ready it prints a line of JSON, {"url", "user", "password", "folder"}, which is in
dev-host.json of the build as well, and stays until SIGTERM or SIGINT. With --orders it is not
written there, and it stays until its standard input ends, whose lines change it, each answered by
a line of JSON: "kill api", "start api", "stop web", "start web", "vmd VERB JSON".
"""
import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))
# pylint: disable=wrong-import-position
from client import PASSWORD, Server  # noqa: E402
from conftest import BUILD  # noqa: E402
from ports import free_port  # noqa: E402
from seed import Seed  # noqa: E402
from web import Web  # noqa: E402


class Machine(Server):
    """vmd is the one of this folder."""

    def start_vmd(self, program=HERE / "dev_vmd.py"):
        super().start_vmd(program)


class DevHost:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        (folder / "metrics").mkdir()
        self.server = Machine(folder, BUILD / "api/fast/apid", args.vms)
        self.streams = self.figures = self.web = None
        self.ports = [free_port(), free_port()]
        if args.port:
            self.ports[0] = args.port

    def start(self):
        self.server.start()
        # pylint: disable=consider-using-with
        self.streams = subprocess.Popen(
            [BUILD / "api/fast/transfer", "--listen", self.folder / "transfer.sock",
             "--api", self.server.socket, "--vmd", self.folder / "vmd.sock",
             "--metrics", self.folder / "metrics", "--state", self.server.database,
             "--user", "none-of-this-machine", "serve"],
            stdin=subprocess.DEVNULL, stderr=self.server.log)
        self.server.wait_for(self.folder / "transfer.sock")
        if not self.args.bare:
            Seed(self.server).all(self.args.tidy)
        self.start_figures()
        self.start_web()
        return self

    def start_figures(self):
        client = self.server.settled()
        vms = [vm for vm in client.call("VM.get_all_records").values() if vm["domid"] > 0]
        owners = [("host", 8)] + [(vm["uuid"], vm["VCPUs_max"]) for vm in vms[:60]]
        self.figures = subprocess.Popen([BUILD / "tests/webui/figures",
                                         self.folder / "metrics"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.figures.stdin.write("".join(f"{who} {cpus}\n" for who, cpus in owners) + "\n")
        self.figures.stdin.flush()
        self.figures.stdout.readline()

    def start_web(self):
        self.web = Web(self.folder, self.server.socket, self.folder / "transfer.sock",
                       self.args.pages, self.ports)

    def command(self, line):
        word, _, rest = line.strip().partition(" ")
        if word == "vmd":
            verb, _, args = rest.partition(" ")
            return self.server.vmd_request(verb, json.loads(args or "{}"))
        {"kill api": self.server.kill, "start api": self.server.start_daemon,
         "stop web": self.web.stop, "start web": self.start_web}[line.strip()]()
        return {}

    def stop(self):
        if self.web:
            self.web.stop()
        for process in (self.figures, self.streams):
            if process:
                process.terminate()
                process.wait()
        self.server.stop()


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="default: webui/dist of the build")
    parser.add_argument("--port", type=int, help="default: any")
    parser.add_argument("--vms", type=int, default=0, help="that many more, which run")
    parser.add_argument("--bare", action="store_true", help="nothing on it but those")
    parser.add_argument("--tidy", action="store_true", help="nothing on it that only tests need")
    parser.add_argument("--orders", action="store_true", help="takes orders")
    args = parser.parse_args()
    args.pages = (args.pages or BUILD / "webui/dist").resolve()
    return args


def obey(host):
    for line in sys.stdin:
        try:
            print(json.dumps(host.command(line)), flush=True)
        except (KeyError, ValueError) as wrong:
            print(json.dumps({"error": repr(wrong)}), flush=True)


def main():
    args = parse_command_line()
    folder = Path(tempfile.mkdtemp(prefix="dev-host-"))
    host = DevHost(args, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        host.start()
        about = json.dumps({"url": host.web.url + "/", "user": "root",
                            "password": PASSWORD, "folder": str(folder)})
        print(about, flush=True)
        if args.orders:
            obey(host)
        else:
            (BUILD / "dev-host.json").write_text(about + "\n")
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        host.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
