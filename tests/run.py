#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the project's tests and counts them.

Owns: starting unit test programs, micro-guests, pytest and the browser's tests, keeping each one's
log, and the closing line "N passed, N failed[, N skipped]". Does not own: building anything (make
does), or what a test checks.
"""
import argparse
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

UNIT_TIMEOUT = 1200     # seconds for one unit test program
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


def run_unit(program, logs):
    """One cmocka program: its tests, and how it ended, as Results.add takes them."""
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
    outcomes = []
    for verdict, test in re.findall(r"^(ok|not ok) \d+ - (.*)$", text, re.M):
        test, _, skip = test.partition(" # SKIP")
        full = f"unit/{area}/{name}/{test.strip()}"
        if verdict == "ok":
            outcomes.append((full, "SKIP" if "# SKIP" in text and skip else "PASS", "", None))
        else:
            outcomes.append((full, "FAIL", "", log))
    failures = sum(verdict == "FAIL" for _, verdict, _, _ in outcomes)
    if (rc != 0 and not failures) or not outcomes:
        why = f"ended with {rc} after {len(outcomes)} tests"
        outcomes.append((f"unit/{area}/{name}", "FAIL", why, log))
    return outcomes


def run_units(programs, logs, results):
    """As many programs at once as there are CPUs; told of in their order."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for outcomes in pool.map(lambda program: run_unit(program.resolve(), logs), programs):
            for outcome in outcomes:
                results.add(*outcome)


def run_suite(part, command, report, args, logs, results, **env):
    """A suite with a runner of its own, which writes what happened to each test as JUnit XML; what
    it prints goes to a log as well."""
    report.unlink(missing_ok=True)
    env = dict(os.environ, SOCLE_BUILD=str(args.build), SOCLE_HYPERVISOR=args.hypervisor, **env)
    log = logs / f"{part}-tests.log"
    with log.open("wb") as out, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=env) as proc:
        for line in proc.stdout:
            out.write(line)
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
    if not report.exists():
        results.add(part, "FAIL", f"its runner ended with {proc.returncode}, no report", log)
        return
    failures = len(results.failed)
    for case in ElementTree.parse(report).iter("testcase"):
        file = case.get("classname", "").removesuffix(".spec.js").split(".")[-1]
        name = f"{part}/{file}/{case.get('name')}"
        bad = next((e for e in case if e.tag in ("failure", "error")), None)
        skip = next((e for e in case if e.tag == "skipped"), None)
        if bad is not None:
            results.add(name, "FAIL", bad.get("message", "").split("\n")[0][:700], log)
        elif skip is not None:
            results.add(name, "SKIP", skip.get("message") or "")
        else:
            results.add(name, "PASS")
    if proc.returncode and len(results.failed) == failures and not args.only:
        results.add(part, "FAIL", f"its runner ended with {proc.returncode}", log)


def run_pytest(part, args, logs, results):
    """An emulated machine runs on one thread: the files of tests are shared out among the CPUs."""
    report = logs / f"{part}.xml"
    command = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-v", "--tb=short",
               f"--junitxml={report}", "--dist=loadfile",
               f"--numprocesses={min(MACHINES, len(os.sched_getaffinity(0)))}", f"tests/{part}"]
    if args.only:
        command += ["-k", args.only]
    run_suite(part, command, report, args, logs, results)


def run_webui(args, logs, results):
    """Playwright's runner, from where npm has put it."""
    modules, report = args.build.resolve() / "tests/webui/node_modules", logs / "webui.xml"
    command = ["node", modules / "@playwright/test/cli.js", "test", "--config", "tests/webui"]
    if args.only:
        command += ["--pass-with-no-tests", "--grep", re.escape(args.only)]
    run_suite("webui", command, report, args, logs, results, NODE_PATH=str(modules),
              FORCE_COLOR="0", PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report.resolve()))


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--hypervisor", choices=["socle", "xen"], default="socle")
    parser.add_argument("--machine", choices=["qemu", "bochs"], default="qemu",
                        help="what micro-guests run in: AMD-V, or VT-x")
    parser.add_argument("--only", help="run only tests whose name holds this word")
    parser.add_argument("parts", nargs="+", help="unit PROGRAM... guest IMAGE... api webui system")
    args = parser.parse_args()
    part, lists = None, {}
    for word in args.parts:
        if word in ("unit", "guest", "api", "webui", "system"):
            part = word
            lists.setdefault(part, [])
        elif part is None:
            parser.error(f"'{word}': expected unit, guest, api, webui or system first")
        else:
            lists[part].append(Path(word))
    return args, lists


def main():
    args, lists = parse_command_line()
    os.umask(0o022)         # some of what tests make is for other users, too
    results = Results(args.only)
    logs = args.build / "test-logs"
    logs.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    run_units([program for program in lists.get("unit", [])
               if results.wanted(f"{program.parent.name}/{program.name}")], logs, results)
    if "guest" in lists:
        from guest.run import run_guests  # the emulator is needed only here
        run_guests(args, lists["guest"], logs, results)
    for part in ("api", "webui", "system"):
        if part in lists:
            (run_webui if part == "webui" else partial(run_pytest, part))(args, logs, results)
    print(f"\nlogs in {logs}/, {time.monotonic() - started:.0f} s")
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
