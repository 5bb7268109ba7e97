#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the project's tests and counts them.

Owns: starting unit test programs, micro-guests and pytest, keeping each one's log, and the closing
line "N passed, N failed[, N skipped]". Does not own: building anything (make does), or what a test
checks.
"""
import argparse
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

UNIT_TIMEOUT = 300      # seconds for one unit test program
MACHINES = 4            # at most, at once; each takes a CPU and 2 GiB


class Results:
    """What has passed, failed and been skipped so far; prints as it goes."""

    def __init__(self, only):
        self.only = only
        self.passed, self.failed, self.skipped = [], [], []

    def wanted(self, name):
        return not self.only or self.only in name

    def add(self, name, verdict, why="", log=None):
        {"PASS": self.passed, "FAIL": self.failed, "SKIP": self.skipped}[verdict].append(name)
        print(f"{verdict} {name}" + (f": {why}" if why else ""), flush=True)
        if verdict == "FAIL" and log:
            print(f"     log: {log}", flush=True)

    def close(self):
        """Prints the list of failures and the closing line; returns the exit status."""
        if self.failed:
            print("\nfailed:\n  " + "\n  ".join(self.failed))
        if not self.passed and not self.failed:
            print("no test was run")
        line = f"{len(self.passed)} passed, {len(self.failed)} failed"
        print(line + (f", {len(self.skipped)} skipped" if self.skipped else ""), flush=True)
        return 1 if self.failed or not self.passed else 0


def run_unit(program, logs, results):
    """One cmocka program: each of its tests counts, and so does how the program ended."""
    area, name = program.parent.name, program.name.removeprefix("test_")
    log = logs / f"unit-{area}-{name}.log"
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    with log.open("wb") as out:
        try:
            rc = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                env=env, timeout=UNIT_TIMEOUT).returncode
        except subprocess.TimeoutExpired:
            rc = f"no end after {UNIT_TIMEOUT} s"
    text = log.read_text(errors="replace")
    failures = 0
    seen = 0
    for verdict, test in re.findall(r"^(ok|not ok) \d+ - (.*)$", text, re.M):
        seen += 1
        test, _, skip = test.partition(" # SKIP")
        full = f"unit/{area}/{name}/{test.strip()}"
        if verdict == "ok":
            results.add(full, "SKIP" if "# SKIP" in text and skip else "PASS")
        else:
            failures += 1
            results.add(full, "FAIL", log=log)
    if (rc != 0 and not failures) or not seen:
        results.add(f"unit/{area}/{name}", "FAIL", f"ended with {rc} after {seen} tests", log)


def run_pytest(part, args, logs, results):
    """pytest writes what happened to each test as JUnit XML; its own output goes to a log as well.

    An emulated machine runs on one thread: the files of tests are shared out among the CPUs.
    """
    report = logs / f"{part}.xml"
    report.unlink(missing_ok=True)
    command = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-v", "--tb=short",
               f"--junitxml={report}", "--dist=loadfile",
               f"--numprocesses={min(MACHINES, len(os.sched_getaffinity(0)))}", f"tests/{part}"]
    if args.only:
        command += ["-k", args.only]
    env = dict(os.environ, SOCLE_BUILD=str(args.build), SOCLE_HYPERVISOR=args.hypervisor)
    log = logs / f"{part}-pytest.log"
    with log.open("wb") as out, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=env) as proc:
        for line in proc.stdout:
            out.write(line)
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
    if not report.exists():
        results.add(part, "FAIL", f"pytest ended with {proc.returncode}, no report", log)
        return
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{part}/{case.get('classname', '').split('.')[-1]}/{case.get('name')}"
        bad = next((e for e in case if e.tag in ("failure", "error")), None)
        skip = next((e for e in case if e.tag == "skipped"), None)
        if bad is not None:
            results.add(name, "FAIL", bad.get("message", "").split("\n")[0][:200], log)
        elif skip is not None:
            results.add(name, "SKIP", skip.get("message", ""))
        else:
            results.add(name, "PASS")


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--hypervisor", choices=["socle", "xen"], default="socle")
    parser.add_argument("--only", help="run only tests whose name holds this word")
    parser.add_argument("parts", nargs="+", help="unit PROGRAM... guest IMAGE... api system")
    args = parser.parse_args()
    part, lists = None, {}
    for word in args.parts:
        if word in ("unit", "guest", "api", "system"):
            part = word
            lists.setdefault(part, [])
        elif part is None:
            parser.error(f"'{word}': expected unit, guest, api or system first")
        else:
            lists[part].append(Path(word))
    return args, lists


def main():
    args, lists = parse_command_line()
    results = Results(args.only)
    logs = args.build / "test-logs"
    logs.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    for program in lists.get("unit", []):
        if results.wanted(f"{program.parent.name}/{program.name}"):
            run_unit(program.resolve(), logs, results)
    if "guest" in lists:
        from guest.run import run_guests  # the emulator is needed only here
        run_guests(args, lists["guest"], logs, results)
    for part in ("api", "system"):
        if part in lists:
            run_pytest(part, args, logs, results)
    print(f"\nlogs in {logs}/, {time.monotonic() - started:.0f} s")
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
