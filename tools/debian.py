# SPDX-License-Identifier: GPL-2.0-or-later
"""Where this machine gets Debian from, and our lock file.

Owns: reading the machine's apt configuration (both formats), the lock file's format, and
fetching a locked file with a check of its SHA-256. No archive's name stands in our files: what
we know is a path below the archive (pool/...), the rest comes from the machine. Used by fetch and
update-lock.
"""
import glob
import hashlib
import os
import subprocess
import sys
from collections import namedtuple

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(TOP, 'board/x86_64/packages.lock')
APT_HELPER = '/usr/lib/apt/apt-helper'
CODENAMES = ('bookworm', 'trixie', 'stable', 'oldstable')

# One line of the lock file: a file of a package. kind is bin or src.
Locked = namedtuple('Locked', 'group kind name version suite sha256 path')


def fail(message):
    sys.exit(f'{os.path.basename(sys.argv[0])}: {message}')


# ---- the lock file ------------------------------------------------------------------------------

def lock_read(path=LOCK):
    with open(path) as f:
        lines = [line.split() for line in f if line.strip() and not line.startswith('#')]
    return [Locked(*fields) for fields in lines]


def lock_line(entry):
    return '\t'.join(entry) + '\n'


# ---- the machine's apt configuration -----------------------------------------------------------

def stanzas(text):
    """The stanzas of a deb822 text, each a dict with lower-case keys."""
    stanza, key = {}, None
    for line in text.splitlines() + ['']:
        if line.startswith('#'):
            continue
        if not line.strip():
            if stanza:
                yield stanza
            stanza, key = {}, None
        elif line[0] in ' \t' and key:
            stanza[key] += '\n' + line.strip()
        elif ':' in line:
            key, value = line.split(':', 1)
            key = key.lower()
            stanza[key] = value.strip()


def sources_deb822(text):
    for stanza in stanzas(text):
        if stanza.get('enabled', 'yes').lower() in ('no', 'false'):
            continue
        for uri in stanza.get('uris', '').split():
            for suite in stanza.get('suites', '').split():
                yield uri, suite, stanza.get('components', '').split(), stanza.get('signed-by', '')


def sources_one_line(text):
    for line in text.splitlines():
        line = line.split('#')[0].strip()
        if not line.startswith(('deb ', 'deb-src ', 'deb\t')):
            continue
        rest, options = line.split(None, 1)[1], ''
        if rest.startswith('['):
            options, rest = rest[1:].split(']', 1)
        signed = [o[10:] for o in options.split() if o.startswith('signed-by=')]
        words = rest.split()
        if len(words) > 2:
            yield words[0], words[1], words[2:], signed[0] if signed else ''


def machine_archives():
    """URIs of Debian's own archives on this machine: {'debian': [...], 'security': [...]}."""
    archives = {'debian': [], 'security': []}
    names = ['/etc/apt/sources.list'] + sorted(glob.glob('/etc/apt/sources.list.d/*'))
    for name in names:
        reader = {'.list': sources_one_line, '.sources': sources_deb822}.get(
            os.path.splitext(name)[1])
        if not reader or not os.path.exists(name):
            continue
        with open(name) as f:
            for uri, suite, components, signed_by in reader(f.read()):
                release, _, part = suite.partition('-')
                part = part.partition('/')[0]
                # Third parties name suites like Debian's, but sign with keys of their own.
                if release not in CODENAMES or 'main' not in components:
                    continue
                if signed_by and 'debian-archive' not in signed_by:
                    continue
                kind = 'security' if part == 'security' else 'debian'
                if uri.rstrip('/') not in archives[kind]:
                    archives[kind].append(uri.rstrip('/'))
    if not archives['debian']:
        fail('no Debian archive found in /etc/apt/sources.list or /etc/apt/sources.list.d')
    return archives


# ---- files -------------------------------------------------------------------------------------

def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fetch_file(entry, folder, archives):
    """Puts entry's file into folder, verified; True if it is there now."""
    target = os.path.join(folder, os.path.basename(entry.path))
    if os.path.exists(target) and sha256_of(target) == entry.sha256:
        return True
    kind = 'security' if entry.suite.endswith('-security') else 'debian'
    part = target + '.part'
    for uri in archives[kind]:
        # apt-helper uses apt's own proxy and credentials. It fetches; trust comes from the lock.
        subprocess.run([APT_HELPER, '-qq', '-o', 'APT::Sandbox::User=root', 'download-file',
                        f'{uri}/{entry.path}', part, f'SHA256:{entry.sha256}'],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if os.path.exists(part) and sha256_of(part) == entry.sha256:
            os.replace(part, target)
            return True
        if os.path.exists(part):
            os.unlink(part)
    return False
