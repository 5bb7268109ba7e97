#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates that people bring: which ones host-certificate takes, in which form, and what it
says of the others. They are made by openssl. Prints TAP.

usage: certificate.py HOST-CERTIFICATE
"""
import random
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/installer"))

from tap import run, test  # noqa: E402

PROGRAM = Path(sys.argv[1]).resolve()
P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
BEGIN = "-----BEGIN CERTIFICATE-----"


class Makers:
    """A folder with openssl in it."""

    def __init__(self, folder):
        self.at = Path(folder)

    def openssl(self, *args):
        done = subprocess.run(["openssl", *args], cwd=self.at, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def key(self, name, *kind):
        self.openssl("genpkey", "-algorithm", *(kind or P256), "-out", f"{name}.key")
        return (self.at / f"{name}.key").read_text()

    def certificate(self, name, *, by=None, ca=False, days="30", digest="-sha256",
                    extensions="subjectAltName=DNS:host.example,IP:192.0.2.7"):
        """Of the key of that name; by: who signs it."""
        if not (self.at / f"{name}.key").exists():
            self.key(name)
        more = ["-CA", f"{by}.crt", "-CAkey", f"{by}.key"] if by else []
        if ca:
            extensions = "basicConstraints=critical,CA:TRUE"
        self.openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}",
                     "-days", days, digest, "-out", f"{name}.crt", "-config", "/dev/null",
                     "-addext", extensions, *more)
        return (self.at / f"{name}.crt").read_text()

    @staticmethod
    def check(key, certificate, chain=""):
        """(what it wrote, its complaint)"""
        parts = [text.encode() if isinstance(text, str) else text
                 for text in (key, certificate, chain)]
        given = b"%d %d %d\n" % tuple(len(p) for p in parts) + b"".join(parts)
        done = subprocess.run([PROGRAM, "check"], input=given, capture_output=True, timeout=240,
                              check=False)
        assert done.returncode == (0 if done.stdout else 1), done
        return done.stdout.decode(), done.stderr.decode().strip("\n").split("\t")

    def refused(self, code, *args):
        written, complaint = self.check(*args)
        assert not written and complaint[0] == code and complaint[3], complaint
        return complaint


@test
def good_ones(m):
    key, own = m.key("a"), m.certificate("a")
    written, _ = m.check(key, own)
    assert written.startswith("-----BEGIN EC PRIVATE KEY") and written.count(BEGIN) == 1
    (m.at / "host.pem").write_text(written)
    assert m.openssl("x509", "-in", "host.pem") == own
    assert subprocess.run([PROGRAM, "-f", m.at / "host.pem", "loads"], check=False).returncode == 0
    for kind in (("rsa", "-pkeyopt", "rsa_keygen_bits:2048"),
                 ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")):
        key = m.key("b", *kind)
        assert m.check(key.replace("\n", "\r\n"), m.certificate("b"))[0]


@test
def a_chain_is_put_in_order(m):
    m.certificate("root", ca=True)
    upper = m.certificate("upper", by="root", ca=True)
    lower = m.certificate("lower", by="upper", ca=True)
    own, key = m.certificate("own", by="lower"), (m.at / "own.key").read_text()
    wanted = m.check(key, own, lower + upper)[0]
    assert wanted.count(BEGIN) == 3
    assert m.check(key, own, upper + lower)[0] == wanted
    assert m.check(key, own + lower + upper)[0] == wanted         # all in one file
    assert m.check(key, own + lower, lower + upper + own)[0] == wanted
    other = m.certificate("other", ca=True)
    m.refused("SERVER_CERTIFICATE_CHAIN_INVALID", key, own, upper)
    m.refused("SERVER_CERTIFICATE_CHAIN_INVALID", key, own, lower + upper + other)
    m.refused("SERVER_CERTIFICATE_CHAIN_INVALID", key, own, "nonsense")


@test
def keys_that_do_not_do(m):
    own = m.certificate("a")
    m.refused("SERVER_CERTIFICATE_KEY_MISMATCH", m.key("b"), own)
    m.refused("SERVER_CERTIFICATE_KEY_INVALID", "nonsense", own)
    m.refused("SERVER_CERTIFICATE_KEY_INVALID", own, own)
    assert m.refused("SERVER_CERTIFICATE_KEY_RSA_LENGTH_NOT_SUPPORTED",
                     m.key("c", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"), own)[1] == "1024"
    m.refused("SERVER_CERTIFICATE_KEY_ALGORITHM_NOT_SUPPORTED", m.key("d", "ed25519"), own)
    m.openssl("pkcs8", "-topk8", "-in", "a.key", "-out", "locked", "-passout", "pass:secret")
    assert "password" in m.refused("SERVER_CERTIFICATE_KEY_INVALID",
                                   (m.at / "locked").read_text(), own)[3]


@test
def certificates_that_do_not_do(m):
    key = m.key("a")
    m.refused("SERVER_CERTIFICATE_INVALID", key, "")
    m.refused("SERVER_CERTIFICATE_INVALID", key, "nonsense")
    m.refused("SERVER_CERTIFICATE_INVALID", key, key)
    m.refused("SERVER_CERTIFICATE_INVALID", key,
              m.certificate("a", extensions="extendedKeyUsage=clientAuth"))
    m.refused("SERVER_CERTIFICATE_SIGNATURE_NOT_SUPPORTED", key,
              m.certificate("a", digest="-sha1"))
    own = m.certificate("a")
    m.openssl("x509", "-in", "a.crt", "-out", "old.crt", "-signkey", "a.key", "-days", "-1")
    then = m.refused("SERVER_CERTIFICATE_EXPIRED", key, (m.at / "old.crt").read_text())
    assert then[1].endswith("Z") and then[2].endswith("Z") and then[2] < then[1], then
    m.refused("SERVER_CERTIFICATE_INVALID", key, own * 600)       # too long


@test
def hostile_bytes(m):
    """Whatever comes, it ends by itself, with a refusal or a good one."""
    key, own = m.key("a"), m.certificate("a")
    chance = random.Random(7)
    for _ in range(60):
        texts = [bytearray(key.encode()), bytearray(own.encode())]
        for _ in range(chance.randrange(1, 6)):
            text = chance.choice(texts)
            text[chance.randrange(len(text))] = chance.randrange(256)
        written, complaint = m.check(*texts)
        assert written or complaint[0].startswith("SERVER_CERTIFICATE_"), complaint
    done = subprocess.run([PROGRAM, "check"], input=b"9999999999999999999 1 -1\nx",
                          capture_output=True, check=False)
    assert done.returncode == 1 and b"SERVER_CERTIFICATE_INVALID" in done.stderr


@test
def what_one_says(m):
    own = m.certificate("a")
    done = subprocess.run([PROGRAM, "describe"], input=own, capture_output=True, text=True,
                          check=True)
    said = [line.split(" ", 1) for line in done.stdout.splitlines()]
    told = dict(said)
    openssl = m.openssl("x509", "-in", "a.crt", "-noout", "-fingerprint", "-sha256")
    assert told["fingerprint_sha256"] == openssl.strip().split("=")[1]
    assert told["subject"] == told["issuer"] == "CN=a" and told["self_signed"] == "1"
    assert [v for k, v in said if k == "name"] == ["host.example", "192.0.2.7"]
    assert told["key"] == "ECDSA 256" and told["not_after"].endswith("Z")


@test
def the_host_makes_its_own(m):
    file = m.at / "tls/host.pem"
    subprocess.run([PROGRAM, "-f", file, "make", "host-1"], check=True)
    before = file.read_text()
    subprocess.run([PROGRAM, "-f", file, "make", "host-2"], check=True)
    assert file.read_text() == before       # there was one
    done = subprocess.run([PROGRAM, "describe"], input=before[before.index(BEGIN):],
                          capture_output=True, text=True, check=True)
    assert "name host-1\n" in done.stdout and "self_signed 1\n" in done.stdout
    file.write_text(before[:300])
    assert subprocess.run([PROGRAM, "-f", file, "loads"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 1


sys.exit(run(Makers))
