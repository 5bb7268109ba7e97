#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a qcow2 image (version 3) out of raw data, every cluster of which is in it: what is
measured is the format and its server, not how an image grows.
usage: make_qcow2.py DATA IMAGE"""
import struct
import sys

CLUSTER_BITS = 16
CLUSTER = 1 << CLUSTER_BITS
COPIED = 1 << 63        # nobody else refers to that cluster
HEADER_SIZE = 104
REFCOUNT_ORDER = 4      # counts of 16 bits
# Clusters before the data, one of each.
HEADER, REFCOUNT_TABLE, REFCOUNTS, L1, L2, DATA = range(6)


def cluster(data):
    assert len(data) <= CLUSTER
    return data.ljust(CLUSTER, b"\0")


def image(data):
    clusters = len(data) // CLUSTER
    assert len(data) == clusters * CLUSTER and clusters * 8 <= CLUSTER
    yield cluster(struct.pack(">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, CLUSTER_BITS, len(data),
                              0, 1, L1 * CLUSTER, REFCOUNT_TABLE * CLUSTER, 1, 0, 0, 0, 0, 0,
                              REFCOUNT_ORDER, HEADER_SIZE))
    yield cluster(struct.pack(">Q", REFCOUNTS * CLUSTER))
    yield cluster(struct.pack(">H", 1) * (DATA + clusters))
    yield cluster(struct.pack(">Q", L2 * CLUSTER | COPIED))
    yield cluster(b"".join(struct.pack(">Q", (DATA + n) * CLUSTER | COPIED)
                           for n in range(clusters)))
    yield data


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    with open(sys.argv[2], "wb") as f:
        f.writelines(image(data))


main()
