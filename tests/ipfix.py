# SPDX-License-Identifier: BSD-2-Clause
"""A collector of IPFIX: it keeps the messages that come, by UDP or TCP, and asks
tshark and nfdump what they say."""

import datetime
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

PORT = 4739
JUDGES = [name for name in ("tshark", "nfcapd", "nfdump")
          if not shutil.which(name)]

# tshark's name of a field: ours. Some are numbers behind a word.
NAMES = {
    "Observation Time Milliseconds": "time", "Nat Event": "event",
    "SrcAddr": "source", "Post NAT Source IPv4 Address": "post_source",
    "DstAddr": "destination", "SrcPort": "source_port",
    "Post NAPT Source Transport Port": "post_port",
    "DstPort": "destination_port", "Protocol": "protocol",
    "StartTime": "start", "EndTime": "end", "Permanent Packets": "packets",
    "Permanent Octets": "octets", "Flow End Reason": "reason",
    "ApplicationName": "name", "IPSec SPI": "spi",
    "Port Range Start": "first", "Port Range End": "last",
    "NAT Quota Exceeded Event": "quota", "Max Session Entries": "most_1",
    "Max BIB Entries": "most_2", "Max Entries Per User": "most_3",
}
TEXTS = ("source", "post_source", "destination", "name")


class Collector:
    """Messages, until it is closed. A TCP one takes one connection after the
    other."""

    def __init__(self, tcp=False, port=0, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(
            family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.bind((host, port))
        self.sock.settimeout(0.1)
        self.port = self.sock.getsockname()[1]
        self.messages, self.over = [], False
        if tcp:
            self.sock.listen()
        self.thread = threading.Thread(
            target=self.accept if tcp else self.receive, daemon=True)
        self.thread.start()

    def receive(self):
        while not self.over:
            try:
                self.messages.append(self.sock.recv(65536))
            except socket.timeout:
                pass

    def accept(self):
        while not self.over:
            try:
                connection = self.sock.accept()[0]
            except socket.timeout:
                continue
            connection.settimeout(0.1)
            self.split(connection)
            connection.close()

    def split(self, connection):
        data = b""
        while not self.over:
            try:
                more = connection.recv(65536)
            except socket.timeout:
                continue
            if not more:
                break
            data += more
            while len(data) >= 4 and len(data) >= struct.unpack(
                    ">HH", data[:4])[1]:
                length = struct.unpack(">HH", data[:4])[1]
                self.messages.append(data[:length])
                data = data[length:]

    def close(self):
        """Ends when nothing has come for a while."""
        seen = -1
        while seen != len(self.messages):
            seen = len(self.messages)
            time.sleep(0.3)
        self.over = True
        self.thread.join()
        self.sock.close()
        return self.messages


def checked(data):
    """The checksum of RFC 1071."""
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def capture(messages):
    """A pcap file, raw IP, in which each message is a UDP datagram."""
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
    for message in messages:
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(message), 0, 0,
                             64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        header = header[:10] + struct.pack(">H", checked(header)) + header[12:]
        packet = header + struct.pack(">HHHH", 40000, PORT, 8 + len(message),
                                      0) + message
        out += struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet
    return out


def milliseconds(text):
    whole, fraction = text.rsplit(" ", 1)[0].split(".")
    when = datetime.datetime.strptime(whole, "%b %d, %Y %H:%M:%S")
    return int(when.replace(tzinfo=datetime.timezone.utc).timestamp()
               ) * 1000 + int(fraction[:3])


def value(name, text):
    if name in TEXTS:
        return text
    if name in ("time", "start", "end"):
        return milliseconds(text)
    number = re.search(r"\((\d+)\)$", text)
    return int(number.group(1) if number else text, 0)


def tshark_flows(messages):
    """What tshark reads: a dict for each record, and what it found wrong."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(capture(messages))
        file.flush()
        done = subprocess.run(
            ["tshark", "-r", file.name, "-d", "udp.port==%d,cflow" % PORT, "-V"],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, TZ="UTC"))
    flows, wrong, flow = [], [], None
    for line in done.stdout.decode().splitlines():
        if re.search("Malformed|Expert Info|No template|Unknown", line):
            wrong.append(line)
        if re.match(r" {8}Flow \d+$", line):
            flow = {}
            flows.append(flow)
        elif not line.startswith(" " * 12):
            flow = None
        pair = re.match(r" +([A-Za-z0-9 ]+): (.*)$", line)
        if flow is None or not pair or "Duration" in line or \
                pair.group(1) == "String":
            continue
        name, text = NAMES.get(pair.group(1)), pair.group(2)
        if name is None:
            if not pair.group(1).startswith("String"):
                wrong.append(line)
            continue
        reverse = re.match(r"(\d+) \(Reverse", text)
        flow["reverse_" + name if reverse else name] = value(
            name, reverse.group(1) if reverse else text)
    return flows, wrong


class Nfcapd:
    """nfcapd, while it is entered; then flows is a list of nfdump's JSON
    objects."""

    def __enter__(self):
        self.folder, self.flows = tempfile.mkdtemp(), []
        self.daemon = subprocess.Popen(
            ["nfcapd", "-w", self.folder, "-b", "127.0.0.1", "-p", str(PORT),
             "-t", "3600"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(1)
        return self

    def __exit__(self, *_):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
        for name in sorted(os.listdir(self.folder)):
            done = subprocess.run(
                ["nfdump", "-r", os.path.join(self.folder, name), "-o",
                 "json"], check=False, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env=dict(os.environ, TZ="UTC"))
            # Of an empty file it says so, behind a bracket.
            if b"{" in done.stdout:
                self.flows += json.loads(done.stdout)
        shutil.rmtree(self.folder)


def nfdump_flows(messages):
    """What nfcapd and nfdump read."""
    with Nfcapd() as judge:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(("127.0.0.1", PORT))
            for message in messages:
                sock.send(message)
                time.sleep(0.001)
            time.sleep(1)
    return judge.flows


def template_sets(messages):
    """Each template as it comes: its number, and its bytes."""
    for message in messages:
        at = 16
        while at + 4 <= len(message):
            kind, length = struct.unpack(">HH", message[at:at + 4])
            if kind == 2:
                yield from split_templates(message[at + 4:at + length])
            at += length


def split_templates(data):
    at = 0
    while at + 4 <= len(data):
        number, count = struct.unpack(">HH", data[at:at + 4])
        end = at + 4
        for _ in range(count):
            end += 8 if data[end] & 0x80 else 4
        if number:
            yield number, data[at:end]
        at = end


def templates(messages):
    """The elements of all templates, as (number, enterprise)."""
    found = set()
    for message in messages:
        at = 16
        while at + 4 <= len(message):
            kind, length = struct.unpack(">HH", message[at:at + 4])
            if kind == 2:
                found |= set(elements(message[at + 4:at + length]))
            at += length
    return found


def elements(data):
    at = 0
    while at + 4 <= len(data):
        count = struct.unpack(">HH", data[at:at + 4])[1]
        at += 4
        for _ in range(count):
            number = struct.unpack(">H", data[at:at + 2])[0]
            own = number & 0x8000
            yield (number & 0x7fff, struct.unpack(
                ">I", data[at + 4:at + 8])[0] if own else 0)
            at += 8 if own else 4
