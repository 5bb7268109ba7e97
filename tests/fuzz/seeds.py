#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the inputs that fuzzing of one target starts from: small and well formed, so that the
fuzzer need not invent a file format before it can break one.

usage: seeds.py TARGET FOLDER
"""
import base64
import json
import os
import shutil
import struct
import sys
import zlib

import seeds_machine


# ---- text ---------------------------------------------------------------------------------------

def cmdlines():
    return [text.encode() for text in (
        'console=com1,vga com1=115200,8n1 dom0_mem=256M loglvl=info',
        'console=none com1=auto,8n1,0x2f8,3 dom0_mem=512M,max:1G noreboot',
        'dom0_mem=min:128M,max:64K dom0_max_vcpus=1-4 maxcpus=2 loglvl=all/error guest_loglvl=all',
        'dom0_max_vcpus=-8 noreboot=no   maxcpus=0x10\tdom0_mem=18446744073709551615T')]


def configs():
    return [text.encode() for text in (
        'name = "demo"\nmemory = 256\nvcpus = 2\nkernel = "/boot/vmlinuz"\n'
        'ramdisk = \'/boot/initrd\'\ncmdline = "console=hvc0"\non_crash = "preserve"\n',
        'name="a"; kernel="k"; maxmem=0x200 # more\non_reboot="restart"\ndisk = [ ]\nvif=[]\n'
        'extra="a" \nextra+=" b"\ntsc_mode="native"\n'
        'uuid="00000000-0000-4000-8000-000000000001"\n',
        'name="x" kernel="k"\nlist = [ 1, [ "b" ],\n \'c\', ]\nmemory = -1 \\\n\n',
        'name="n"\nkernel="k"\0memory=64 name=other on_poweroff=destroy')]


def devices():
    return [text.encode() for text in (
        '/dev/vg/guest,raw,xvda,w', 'phy:vg/guest,sda1,r', 'file:/a.iso,hdc:cdrom,r',
        'format=qcow2, vdev=d5p1, access=w!, devtype=disk, no-discard, target=/a, b.img',
        ',raw,xvdd,r,cdrom,direct-io-safe,backendtype=phy',
        'mac=00:16:3e:12:34:56,bridge=xenbr0.100,rate=10Mb/s@20ms,vifname=web,mtu=9000',
        'ip=10.0.0.5/24 2001:db8::5,vlan=20,locking=mac',
        'ip=10.0.0.1 2001:db8::1/64,devid=2,model=e1000,type=vif,script=vif-bridge')]


def images():
    """Headers as qemu-img writes them, of both versions, with an extension; the file is 256 times longer."""
    tables = (0, 0, 16, 64 << 20, 0, 1, 3 << 16, 1 << 16, 1, 0, 0)
    old = struct.pack('>4sIQIIQIIQQIIQ', b'QFI\xfb', 2, *tables)
    new = struct.pack('>4sIQIIQIIQQIIQQQQII', b'QFI\xfb', 3, *tables, 0x10, 1, 2, 4, 104)
    names = struct.pack('>II', 0x6803f857, 48) + b'\0\0dirty bit'.ljust(48, b'\0')
    return [(head + extension).ljust(1024, b'\0') for head in (old, new)
            for extension in (b'', names, names[:4] + b'\xff' * 4)]


def networks():
    lease = b'\0ip=10.0.2.15\nmask=24\nrouter=10.0.2.2\ndns=10.0.2.3\n'
    memory = b'\x0000:00:00:00:00:01 0 /pci0000:00/0000:00:03.0\n'
    return [
        b'automatic bridges\nautomatic address\n' + lease + memory,
        b'bond b\n nics nic0 nic1\n mode 802.3ad\nnetwork a\n nic b\n vlan 5\n'
        b' address 10.0.0.2/24\n gateway 10.0.0.1\n dns 10.0.0.3\n mtu 9000\n'
        b' route 10.2.0.0/16 10.0.0.9\n' + lease,
        b'network a # inner\n address 2001:db8::1/64\nnetwork c\n nat 10.9.0.1/24\n'
        b'network d\n nic pci:0000:00:02.0\n address dhcp\n address slaac\n']


def signatures():
    return [b"untrusted comment: x\n"
            b"RUQ5EQSVB7vzcuBo/uU1bRcVONKyspc8Onor+0SjvudZ80pxGaIUh5Sutvun/nyPyRMhLJeV9JFugTa+"
            b"iN87tkZbmC4NXYTxwwg=\ntrusted comment: Socle 9\n"
            b"OqBaPoxGtBIh/nb/8TONU/qeHuESKbZYVA8fNBHmlEVeiGpUDBuA+ufD8zn5yUkAHXHXaamW1urqWWPO"
            b"xVWdCQ==\ncontent",
            b"RWQ5EQSVB7vzcuYE3/x+eVTxWyE14h3u7/vK3Z8I+GuwEcEGOQ2VckNj\n"]


def answers():
    return [
        b"disk vda\nmirror-disk vdb\nstorage-disk vdc\nerase vda\nstorage thick\nhostname h\n"
        b"source http://10.0.0.1/x\nroot-password-hash $6$s$h\nntp-server t\nfinish poweroff\n"
        b"ssh-key ssh-ed25519 AA'A\nautomatic bridges\nnetwork xenbr0\n nic nic0\n",
        b'<installation mode="fresh" srtype="ext"><primary-disk guest-storage="yes">sda'
        b'</primary-disk><guest-disk>sdb</guest-disk><root-password type="hash">$6$s$h'
        b'</root-password><source type="url">http://h/</source><admin-interface name="eth0" '
        b'proto="static"><ip>10.0.0.5</ip><subnet-mask>255.255.255.0</subnet-mask><gateway>'
        b'10.0.0.1</gateway></admin-interface><name-server>10.0.0.2</name-server>'
        b'<hostname>h</hostname><keymap>us</keymap></installation>']


def storage():
    group = 'VG-1|4290772992|1052770304|4194304|0|sr=1,sr-type=lvmthin'
    return [text.encode() for text in (
        f'  {group}|pool|3221225472|twi-aotz--||||12.34|10.55|queue\n'
        f'  {group}|LV-2|1073741824|Vri-a-tz-k|vdi=2,name=a&20b|pool|LV-1|0.00||\n',
        f'{group}\nVG-2|1|2|3|1|\n',
        'vdi=8d1b6a9e-5d3c-4c5e-9d2f-0f6a1b2c3d4e\nfile=a.raw\nname=a&C3&A9\ntime=5\n',
        '3 432/4096 319/49152 - rw discard_passdown queue_if_no_space - 1024 ',
        'ext4,my data\ndos,\n', '40 27 253:16 / /mnt/a rw - ext4 /dev/vdb rw\n')]


def vmd_requests():
    start = {'uuid': '01234567-89ab-cdef-0123-456789abcdef', 'name': 'web', 'vcpus_max': 2,
             'memory_static_max': 1 << 28}
    vdi = {'sr': start['uuid'], 'vdi': start['uuid']}
    disks = [{'device': 'xvda', 'mode': 'rw', 'vdi': vdi, 'discard': False},
             {'device': 'xvdb', 'type': 'cd'}]
    vifs = [{'device': 0, 'mac': '00:16:3e:00:00:01', 'bridge': 'xenbr0', 'mtu': 1400, 'vlan': 7,
             'rate_kbps': 100, 'locking': 'locked', 'ip': ['10.0.0.1', 'fe80::1']}]
    kernel = {'kernel': '/usr/share/socle/k', 'cmdline': 'a="b c" \'', 'weight': 512, 'cap': 50,
              'affinity': ['0-1', '1'], 'on_crash': 'preserve', 'on_soft_reset': 'soft-reset',
              'paused': True}
    all_args = [{}, start, start | {'disks': disks}, start | {'vifs': vifs}, start | kernel,
                start | kernel | {'disks': disks, 'vifs': vifs}]
    return [json.dumps({'verb': 'vm.start', 'args': a}).encode() for a in all_args]


def rings():
    return [struct.pack('<IIII', *index) + b'some input' * 9 for index in (
        (0, 0, 0, 0), (0, 1000, 0, 2048), (0xfffffff0, 3, 0xfffffff0, 16), (9, 0, 5, 1 << 20))]


def framebuffers():
    """Options, the page's head with the first number of its directory, and three events."""
    update = struct.pack('<Iiiii20x', 2, 1, 2, 30, 40)
    resize = struct.pack('<Iiiiii16x', 3, 40, 50, 160, 32, 64)
    for width, height, stride, size in ((100, 100, 400, 1 << 16), (64, 64, 256, 16384)):
        for prod in (0, 1, 3, 60):
            head = struct.pack('<IIIIiiIIB7xQQ', 0, 0, 0, prod, width, height, stride, size, 32,
                               9, 9)
            for options in range(4):
                yield bytes([options]) + head.ljust(100, b'\0') + update + resize + update


# Operations of the store, by number: 1 directory, 2 read, 3 get_perms, 4 watch, 5 unwatch,
# 6 and 7 transaction, 11 write, 12 mkdir, 13 rm, 14 set_perms, 21 reset_watches, 22 directory_part.

def request(who, kind, payload=b'', transaction=0):
    return struct.pack('<BBBH', who, kind, transaction, len(payload)) + payload


def store_requests():
    writes = b''.join(request(1, 11, b'a/%d\0value' % i) for i in range(9))
    writes += request(1, 12, b'b/c\0')
    looks = request(1, 1, b'a\0') + request(1, 2, b'a/1\0') + request(1, 3, b'a\0')
    looks += request(1, 22, b'a\x000\0') + request(1, 22, b'b/c\x000\0')
    watches = request(1, 4, b'a\0t\0') + request(0, 4, b'/\0u\0')
    watches += request(2, 4, b'/local/domain/5\0x\0')
    opened = request(1, 14, b'a\0n5\0r6\0') + request(2, 2, b'/local/domain/5/a/1\0')
    removed = request(1, 13, b'a\0') + request(1, 5, b'a\0t\0') + request(1, 21, b'\0')
    hidden = request(1, 2, b'/secret\0') + request(2, 2, b'/secret\0') + request(1, 1, b'/\0')
    begin, commit = request(1, 6, b'\0'), request(1, 7, b'T\0', 1)
    inside = request(1, 11, b'a/1\0new', 1) + request(1, 13, b'b\0', 1)
    inside += request(1, 2, b'a/2\0', 1)
    secret = request(0, 6, b'\0') + request(0, 2, b'/secret\0', 1)
    return [
        writes + looks + hidden,
        watches + writes + opened + removed,
        writes + begin + inside + commit + looks,
        writes + begin + inside + request(1, 11, b'a/1\0other') + commit,
        begin * 12 + inside + secret + commit]


# ---- saved guests -------------------------------------------------------------------------------

def saved_guests():
    """With checksums of 0, as the target wants them."""
    def record(kind, body=b''):
        check = struct.pack('<IIQ', 0x80534f01, 8, 0)
        return struct.pack('<II', kind, len(body)) + body + bytes(-len(body) % 8) + check

    config = b'name = "x"\n'
    head = b'Xen saved domain, xl format\n \0 \r'
    head += struct.pack('<IIII', 0x01020304, 2, 0, len(config) + 4)
    head += struct.pack('<I', len(config)) + config
    head += b'LibxlFmt' + struct.pack('>II', 2, 0) + struct.pack('<II', 1, 0)
    head += struct.pack('<Q', 2**64 - 1) + struct.pack('>IIHHI', 0x58454e46, 3, 0, 0, 0)
    head += struct.pack('<IHHII', 2, 12, 0, 4, 20) + record(0)[8:]
    pages = struct.pack('<IIQQ', 2, 0, 1, 2 | 0xe << 60) + bytes(4096)
    few = struct.pack('<IIQQ', 2, 0, 1 | 0xe << 60, 2 | 0xe << 60)
    return [head + bytes(16), head + record(1, pages) + bytes(16),
            head + record(1, few) + record(8, bytes(24)) + bytes(16)]


def ring_steps():
    """What domains do with their pages, and journals: see fuzz_store_ring.c."""
    def message(op, payload, tx=0):
        return struct.pack('<IIII', op, 7, tx, len(payload)) + payload

    def put(at, data, domain=0):
        steps = b''
        for i in range(0, len(data), 255):
            part = data[i:i + 255]
            steps += struct.pack('<BHB', domain, at + i, len(part)) + part
        return steps

    def asks(data, domain=0):
        return put(0, data, domain) + put(2052, struct.pack('<I', len(data)), domain)

    def record(kind, domid, name=b'', data=b'', a=0, b=0, c=0):
        name += b'\0' if name else b''
        text = struct.pack('<IIHHIII', len(name), len(data), kind, domid, a, b, c) + name + data
        return text + bytes(-len(text) % 8)

    perms = struct.pack('<I', 1) + bytes(32)
    root = struct.pack('<IIHHIII', 1, 36, 1, 0, 0, 0, 0) + b'\0' + perms
    tree = root + bytes(-len(root) % 8) + record(1, 0, b'local', perms + b'value', 1)
    domain = record(6, 5, a=1) + record(6, 6, a=1)
    watches = record(10, 5, b'/local', b't\0') + record(10, 6, b'x', b't\0')
    rest = record(12, 5, a=3) + record(16, 5, data=message(11, b'a\0b')[:9], b=9)
    rest += record(18, 5, data=message(15, b'/local\0t\0')) + record(9, 5, a=6)
    changes = record(2, 0, b'/a/b', b'v', 5) + record(3, 0, b'/a/c') + record(4, 0, b'/a/b')
    changes += record(5, 0, b'/a/c', perms)
    ends = record(11, 5, b'/local', b't\0') + record(13, 5, a=3) + record(17, 5, b=40)
    ends += record(14, 5) + record(15, 5) + record(8, 6) + record(7, 6)
    write = message(11, b'a\0value') + message(4, b'a\0t\0') + message(2, b'a\0')
    return [b'\0' + asks(write) + asks(message(1, b'/\0'), 1),
            b'\0' + put(2052, struct.pack('<I', 2000)),
            b'\0' + asks(message(11, b'b\0' + bytes(900)) + message(6, b'\0')),
            b'\1' + tree, b'\1' + tree + domain + watches + rest,
            b'\1' + tree + changes + domain + watches + rest + ends]


# ---- disks and VMs as streams -------------------------------------------------------------------

def vhd_parts(kind, blocks):
    """A footer, and what follows the first one in a dynamic disk. Checksums are made right later."""
    footer = b'conectix' + struct.pack('>IIQI4sI4xQQIII16s', 2, 0x10000,
                                       512 if kind == 3 else 2**64 - 1, 0, b'tap\0', 0x10000,
                                       256 << 10, 256 << 10, 0, kind, 0, bytes(16))
    header = b'cxsparse' + struct.pack('>QQIII', 2**64 - 1, 1536, 0x10000, len(blocks), 64 << 10)
    table = struct.pack(f'>{len(blocks)}I', *blocks)
    return footer.ljust(512, b'\0'), header.ljust(1024, b'\0') + table.ljust(512, b'\xff')


def vhds():
    fixed, _ = vhd_parts(2, [])
    data = b'\xff' * 512 + b'data' * (16 << 10)
    unused = 0xffffffff
    for blocks in ([unused] * 4, [4, unused, unused, unused], [unused, 133, unused, 4]):
        footer, rest = vhd_parts(3, blocks)
        yield footer + rest + data * (4 - blocks.count(unused)) + footer
    yield b'data' * 128 + fixed


def small_images():
    """Whole qcow2 images with clusters of 512 bytes: plain, packed, zero, holes."""
    def image(entries, data, version=3, features=0, bits=9):
        size = 1 << bits
        head = struct.pack('>4sIQIIQIIQQIIQQQQII', b'QFI\xfb', version, 0, 0, bits, 100 << 10, 0, 4,
                           3 * size, size, 1, 0, 0, features, 0, 0, 4, 112)
        head += b'\1' if features & 8 else b'\0'
        first = struct.pack('>QQ', 4 * size | 1 << 63, 0)
        second = b''.join(struct.pack('>Q', e) for e in entries)
        return b''.join(part.ljust(size, b'\0') for part in
                        (head, struct.pack('>Q', 2 * size), b'\0\1' * 6, first, second)) + data
    deflated = zlib.compressobj(9, zlib.DEFLATED, -12)
    packed = deflated.compress(b'packed' * 100)[:0] + deflated.compress(bytes(512)) + \
        deflated.flush()
    plain = b'data' * 128
    yield image([5 * 512 | 1 << 63, 0, 1, 5 * 512], plain)
    yield image([5 * 512 | 1 << 62, 6 * 512], packed.ljust(512, b'\0') + plain)
    yield image([5 * 512, 0, 1], plain, features=8)
    yield image([5 << 14, 0xff00000000 | 0xff, 0, 0xff << 32], plain * 32, features=16, bits=14)
    yield image([5 * 512], plain, version=2)


def host_archives():
    def manifest(version=1, name='a', sha256='0' * 64):
        return json.dumps({'format': 'socle-host', 'version': version,
                           'files': [{'name': name, 'size': 4, 'sha256': sha256}]}).encode()
    yield manifest() + b'\0data'
    yield manifest(version=2) + b'\0data'
    yield manifest(name='b') + b'\0'
    yield manifest(sha256='') + b'\0data'
    yield b'{"format": "socle-host", "version": 1, "files": []}\0'


def xvas():
    ova, block, sha1, xxhash = (bytes([0, 0, 0, 8]), lambda d, n, size: bytes([4, d, n, size]),
                                lambda d, n: bytes([1, d, n, 0]), lambda d, n: bytes([2, d, n, 0]))
    whole = [block(1, 0, 250), sha1(1, 0), block(1, 1, 250), xxhash(1, 1)]
    end = bytes(8)
    yield ova + b''.join(whole) + end
    sparse = block(0, 0, 100) + sha1(0, 0) + block(0, 4, 100) + sha1(0, 4)
    yield ova + b''.join(whole) + sparse + end
    yield ova + block(1, 0, 250) + sha1(1, 0) + block(1, 1, 0) + sha1(1, 1) + end


# ---- xe ----------------------------------------------------------------------------------------

def xe_answers():
    """Of a host's web server, and of its socket."""
    plain = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'
    yield plain + plain
    yield b'HTTP/1.1 100 Continue\r\n\r\n' + plain
    yield (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
           b'2\r\n{}\r\nA;x\r\n0123456789\r\n0\r\n\r\n' + plain)
    yield b'Status: 404 Not Found\nConnection: close\n\nnothing'


# ---- the API ------------------------------------------------------------------------------------

def json_calls():
    for params in ('[]', '["OpaqueRef:NULL"]',
                   '["s", {"name_label": "x", "order": "7", "tags": []}]',
                   '["s", true, 1.5, null, ["a", "b"], {"k": "v"}]',
                   '["s", ["vm", "task"], "", 60.1]'):
        yield b'{"jsonrpc": "2.0", "id": 0, "method": "VM.create", "params": %s}' % params.encode()
        yield b'{"id": "x", "method": "event.from", "params": %s}' % params.encode()


def xml_calls():
    values = [b'', b'plain', b'<string>a &amp; b</string>', b'<int>7</int>', b'<i8>-7</i8>',
              b'<boolean>1</boolean>', b'<double>0.5</double>', b'<nil/>',
              b'<dateTime.iso8601>20260131T23:59:59Z</dateTime.iso8601>',
              b'<array><data><value>a</value><value><int>1</int></value></data></array>',
              b'<struct><member><name>k</name><value>v</value></member></struct>']
    params = b''.join(b'<param><value>%s</value></param>' % value for value in values)
    yield (b'<?xml version="1.0"?><methodCall><methodName>VM.create</methodName><params>' + params
           + b'</params></methodCall>')
    for value in values:
        yield b'<value>' + value + b'</value>'


def scgi_requests():
    headers = b'CONTENT_LENGTH\0002\0SCGI\0001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/jsonrpc\0'
    yield b'%d:%s,{}' % (len(headers), headers)
    browser = (b'HTTP_HOST\0h\0HTTP_ORIGIN\0https://h\0HTTP_COOKIE\0a=b; __Host-session=OpaqueRef:'
               b'01234567-89ab-cdef-0123-456789abcdef\0')
    yield b'%d:%s,{}' % (len(headers + browser), headers + browser)
    yield b'17:CONTENT_LENGTH\0000\0,'
    yield b'%d:%s' % (len(headers), headers)


def websockets():
    def frame(first, length, contents):
        return bytes([first, 0x80 | length]) + bytes(4) + contents
    yield b'\x40' + frame(0x82, 5, b'hello') + frame(0x89, 2, b'hi') + frame(0x88, 2, b'\x03\xe8')
    yield b'\x03' + frame(0x02, 3, b'par') + frame(0x80, 2, b'ts')
    yield b'\xff' + frame(0x82, 126, b'\0\x80' + bytes(0x80))


def ssh_keys():
    def string(data):
        return struct.pack('>I', len(data)) + data
    ed25519 = base64.b64encode(string(b'ssh-ed25519') + string(bytes(range(32))))
    yield b'ssh-ed25519 ' + ed25519 + b' someone'
    rsa = base64.b64encode(string(b'ssh-rsa') + string(b'\1\0\1') + string(b'\0\xff' * 130))
    yield b'ssh-rsa ' + rsa
    curve = string(b'nistp256') + string(b'\4' + bytes(64))
    yield b'ecdsa-sha2-nistp256 ' + base64.b64encode(string(b'ecdsa-sha2-nistp256') + curve)


def acme_answers():
    yield (b'HTTP/1.1 201 Created\r\nReplay-Nonce: abc\r\nLocation: https://ca.example/a/1\r\n'
           b'Retry-After: 3\r\n\r\n{"status": "valid"}')
    yield b'HTTP/2 400\nreplay-nonce:x\n\n'


def alert_texts():
    yield (b'<config><variable><name value="cpu_usage"/><alarm_trigger_level value="0.5"/>'
           b'<alarm_trigger_period value="60"/><rrd_regex value="cpu[0-9]+$"/>'
           b'<consolidation_fn value="sum"/></variable></config>')
    yield b'3,1,2,-;I/O error, dev sda, sector 2048\n SUBSYSTEM=block\n'
    yield b'4,1,2,-;nvme nvme0: I/O 12 (Read) QID 3 timeout, aborting\n'


SEEDS = {
    **seeds_machine.SEEDS,
    'acme': acme_answers,
    'ssh_key': ssh_keys,
    'alerts': alert_texts,
    'websocket': websockets,
    'json': json_calls,
    'xml': xml_calls,
    'scgi': scgi_requests,
    'xe_answer': xe_answers,
    'vhd': vhds,
    'host_archive': host_archives,
    'qcow2_stream': small_images,
    'xva': xvas,
    'saved': saved_guests,
    'cmdline': cmdlines,
    'config': configs,
    'network': networks,
    'answers': answers,
    'minisign': signatures,
    'storage': storage,
    'vmd': vmd_requests,
    'devices': devices,
    'qcow2': images,
    'console_ring': rings,
    'screen': framebuffers,
    'store': store_requests,
    'store_ring': ring_steps,
}


def main():
    target, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for i, seed in enumerate(SEEDS.get(target, list)()):
        with open(os.path.join(folder, f'{i:03}'), 'wb') as f:
            f.write(seed)


if __name__ == '__main__':
    main()
