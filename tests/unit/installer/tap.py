# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions as tests: each gets an object of its own, made for a folder of its own, and what became
of it is printed as TAP.
"""
import shutil
import sys
import tempfile
import traceback

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(make):
    """All tests; make(folder) is what each gets. The exit status."""
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        folder = tempfile.mkdtemp(prefix="socle-installer-")
        try:
            function(make(folder))
            print(f"ok {number} - {function.__name__}")
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            where = traceback.extract_tb(error.__traceback__)
            line = next((f.lineno for f in reversed(where) if f.name == function.__name__), 0)
            print(f"# line {line}: {type(error).__name__}: {error}")
            print(f"not ok {number} - {function.__name__}")
        finally:
            shutil.rmtree(folder)
        sys.stdout.flush()
    return 1 if failed else 0
