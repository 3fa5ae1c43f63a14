#!/usr/bin/python3 -S
# SPDX-License-Identifier: MIT
#
# run_guest.py FD ADDRESS [FD ADDRESS...]: a guest that vmnetctl runs. Of each descriptor, say which tap it is, what
# bridge it is in and whether it has the header of virtio-net; and ask the host for the MAC address of ADDRESS by ARP.
import fcntl
import os
import select
import socket
import struct
import sys

TUNGETIFF = 0x800454D2
IFF_VNET_HDR = 0x4000
HEADER = bytes(10)
MAC = bytes([0x52, 0x54, 0, 0, 0, 9])


def answers(fd, address):
    wanted = socket.inet_aton(address)
    own = wanted[:3] + b"\x32"
    request = b"\xff" * 6 + MAC + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + MAC + own + bytes(6) + wanted
    for _ in range(600):
        os.write(fd, HEADER + request)
        while select.select([fd], [], [], 0.1)[0]:
            frame = os.read(fd, 65536)[len(HEADER):]
            if frame[:6] == MAC and frame[12:14] == b"\x08\x06" and frame[28:32] == wanted:
                return True
    return False


arguments = sys.argv[1:]
for fd, address in zip(map(int, arguments[::2]), arguments[1::2]):
    request = fcntl.ioctl(fd, TUNGETIFF, bytes(40))
    name = request[:16].rstrip(b"\0").decode()
    has_header = struct.unpack_from("H", request, 16)[0] & IFF_VNET_HDR != 0
    bridge = os.path.basename(os.readlink("/sys/class/net/%s/master" % name))
    print(name, bridge, "header" if has_header else "no header", "answered" if answers(fd, address) else "silence")
