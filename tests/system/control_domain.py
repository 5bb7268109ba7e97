# SPDX-License-Identifier: GPL-2.0-or-later
"""A booted control domain, used through its login on the serial line.

Owns: logging in, running a command and getting its output and exit status, and a guest's console by
`xl console`. Does not own: the machine (tests/machine.py) or what the commands should say.
"""
import re
import warnings

BOOT_TIMEOUT = 240
PROMPT = rb"root@[^\r\n]*# "


class CommandFailed(AssertionError):
    pass


class ControlDomain:
    def __init__(self, machine):
        self.machine = machine
        self.count = 0

    def login(self, timeout=BOOT_TIMEOUT, password=None):
        """Waits for the login prompt and logs in; returns the seconds from the machine's start to the prompt."""
        self.must_see([rb"login: "], timeout, "the login prompt")
        seconds = self.machine.elapsed
        self.machine.send("root\n")
        if password:
            self.must_see([rb"Password: "], 30, "the question for the password")
            self.machine.send(password + "\n")
        self.must_see([PROMPT], 60, "a shell prompt")
        self.run("dmesg -n 1")
        return seconds

    def must_see(self, patterns, timeout, what):
        index = self.machine.expect(patterns, timeout)
        if index < 0:
            why = self.machine.why
            raise AssertionError(f"no sign of {what}: {why}; {self.machine.diagnose()}")
        return index

    def start(self, command):
        """Sends a command whose output lies between two marks; finish() reads to the second."""
        self.count += 1
        n = self.count
        # The quotes keep the marks out of what the terminal echoes.
        line = f"echo 'beg'in{n}.; {command}; echo 'en'd{n}=$?.\n"
        begin = rb"begin%d\.\r*\n" % n
        self.machine.send(line)
        # "> " is a shell that waits for the rest of a line.
        if self.machine.expect([begin, rb"[\r\n]> "], 60) == 0 or \
                self.machine.expect([begin], 5) == 0:
            return
        warnings.warn(f"not all of '{command}' arrived at the shell: typed again")
        self.machine.send("\x03")
        self.must_see([PROMPT], 30, "the prompt after Ctrl-C")
        self.machine.send(line)
        self.must_see([begin], 60, f"the shell taking the command '{command}'")

    def finish(self, timeout=60):
        """(exit status, output) of what start() began."""
        self.must_see([rb"end%d=(\d+)\." % self.count], timeout, "the end of the command")
        status = int(self.machine.match[1])
        output = self.machine.child.before.decode(errors="replace").replace("\r", "")
        lines = [l for l in output.split("\n") if not re.match(r"\((XEN|socle|d\d+)\) ", l)]
        return status, "\n".join(lines)

    def try_run(self, command, timeout=60):
        self.start(command)
        return self.finish(timeout)

    def run(self, command, timeout=60):
        """Output of a command that must succeed."""
        status, output = self.try_run(command, timeout)
        if status:
            raise CommandFailed(f"'{command}' ended with {status}: {output.strip()[-500:]}")
        return output

    def free_memory(self):
        """MiB that xl info says are free."""
        return int(re.search(r"^free_memory\s*: (\d+)", self.run("xl info"), re.M)[1])

    def domains(self):
        """{name: {id, memory, vcpus, state}} from xl list."""
        # A line of the hypervisor's own may stand in the middle of one: then it is asked again.
        for _ in range(5):
            lines = [line for line in self.run("xl list").split("\n") if line.strip()]
            rows = [re.fullmatch(r"(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([-a-z]{6})\s+[\d.]+\s*", line)
                    for line in lines[1:]]
            if all(rows):
                break
        assert all(rows), lines
        return {row[1]: {"id": int(row[2]), "memory": int(row[3]), "vcpus": int(row[4]),
                         "state": row[5]} for row in rows}

    def destroy_guests(self):
        # By their ids: one that is ending already has no name any more.
        for guest in self.domains().values():
            if guest["id"]:
                self.try_run(f"xl destroy {guest['id']}", 120)

    # A guest's console. Between enter and leave, the serial line is the guest's.

    def enter_guest(self, command, timeout, prompt=rb"demo# "):
        """Runs a command that ends in a guest's console, and waits for the guest's prompt."""
        self.start(command)
        index = self.machine.expect([prompt, rb"end%d=(\d+)\." % self.count], timeout)
        said = self.machine.child.before.decode(errors="replace") if index == 1 else ""
        assert index != 1, f"'{command}' ended: {said.strip()[-500:]}"
        assert index == 0, f"no prompt of the guest: {self.machine.why}"

    def enter_console(self, name="demo"):
        """The same for a guest that runs and may have nothing new to show; the number that leaves."""
        self.start(f"xl console {name}")
        self.machine.send("\n")
        self.must_see([rb"demo# "], 60, "the guest's prompt")
        return self.count

    def in_guest(self, command, timeout=60):
        """Output of a command in the demo guest's shell."""
        self.count += 1
        n = self.count
        self.machine.send(f"echo 'beg'in{n}.; {command}; echo 'en'd{n}.\n")
        self.must_see([rb"begin%d\.\r*\n" % n], timeout, "the guest's shell taking the command")
        self.must_see([rb"end%d\." % n], timeout, "the end of the command in the guest")
        output = self.machine.child.before.decode(errors="replace").replace("\r", "")
        self.must_see([rb"demo# "], 30, "the guest's prompt")
        return output.strip()

    def leave_guest(self, status_of):
        """Ctrl-]; then the command that entered the guest must end (its number is status_of)."""
        self.machine.send("\x1d")
        self.must_see([rb"end%d=(\d+)\." % status_of], 30, "the shell after Ctrl-]")
        return int(self.machine.match[1])
