#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hairpins of both gateways: inside hosts reach each other by an outside address,
with datagrams that must be fragmented, TCP and PPTP, and the gateway itself is
still reached there."""

import socket
import threading

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, check, do_all,
                            end, finish, forward, in_namespaces, pptp_gre,
                            pptp_reply, pptp_request, pptp_started,
                            queue_everything, received, sock_in, start, told,
                            udp)

OTHER = "192.168.77.12"
SERVED, WEB, OWN = 5000, 8080, 7000
SERVICES = ("--service", "udp:%d=%s:%d" % (SERVED, CLIENT, SERVED),
            "--service", "tcp:%d=%s:80" % (WEB, CLIENT),
            "--service", "tcp:1723=%s:1723" % CLIENT)
LARGE = bytes(i * 7 & 255 for i in range(4000))

# As the man page has them; some kernels have the queue for iptables only.
RULE = """iptables -t mangle -A INPUT -i in0 -d 203.0.113.1 -j NFQUEUE \
--queue-num 3 --queue-bypass"""


class Name:
    """Begins the names of what is checked."""
    now = ""


def good(name, well, more=""):
    check(Name.now + name, well, more)


def judge_udp():
    server, client = udp("c", CLIENT, SERVED), udp("c", OTHER, 40000)
    for words in b"ask", LARGE:
        client.sendto(words, (OUTSIDE, SERVED))
        data, sender = received(server)
        good("a service, %d bytes" % len(words), data == words and sender and
             sender[0] == OUTSIDE, (data[:20], sender))
        server.sendto(words[::-1], sender or (OUTSIDE, 9))
        good("and its answer", received(client) ==
             (words[::-1], (OUTSIDE, SERVED)))
    server.close()
    client.close()


def judge_mapping():
    """A host's mapping, which another one uses."""
    host, client = udp("c", CLIENT, 40001), udp("c", OTHER, 40002)
    outside = udp("s", SERVER, 9999)
    host.sendto(b"begin", (SERVER, 9999))
    seen = received(outside)[1]
    client.sendto(b"peer", seen or (OUTSIDE, 9))
    data, sender = received(host)
    good("another host's mapping", data == b"peer" and sender and
         sender[0] == OUTSIDE, (seen, data, sender))
    host.sendto(b"back", sender or (OUTSIDE, 9))
    good("and back", received(client) == (b"back", seen))
    for sock in host, client, outside:
        sock.close()


def listen(port):
    listener = sock_in("c", socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((CLIENT, port))
    listener.listen()
    return listener


def connect(listener, port):
    """Both ends of another host's connection to a service; None without."""
    client = sock_in("c", socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(3)
    client.bind((OTHER, 0))
    try:
        client.connect((OUTSIDE, port))
        server, seen = listener.accept()
        server.settimeout(3)
        return client, server, seen
    except OSError as error:
        return client, None, error


def judge_tcp():
    listener = listen(80)
    client, server, seen = connect(listener, WEB)
    good("TCP", server and seen[0] == OUTSIDE, seen)
    if server:
        got = []
        words = LARGE * 100
        reading = threading.Thread(
            target=lambda: got.append(told(client, server, words)))
        reading.start()
        reading.join(10)
        good("TCP, much of it", got == [words] and
             told(server, client, words[::-1]) == words[::-1])
        server.close()
    client.close()
    listener.close()


def judge_pptp():
    listener = listen(1723)
    client, server, seen = connect(listener, 1723)
    good("PPTP", server and seen[0] == OUTSIDE, seen)
    if not server:
        return
    ends = []
    for address in CLIENT, OTHER:
        ends.append(sock_in("c", socket.AF_INET, socket.SOCK_RAW, 47))
        ends[-1].bind((address, 0))
    told(client, server, pptp_started(1))
    told(server, client, pptp_started(2))
    call = told(client, server, pptp_request(7))[12:14]
    answer = told(server, client, pptp_reply(9, int.from_bytes(call, "big")))
    ids = int.from_bytes(answer[12:14], "big"), int.from_bytes(call, "big")
    ends[1].sendto(pptp_gre(ids[0], 1), (OUTSIDE, 0))
    data, sender = received(ends[0])
    good("PPTP's GRE", data[20:] == pptp_gre(9, 1) and sender and
         sender[0] == OUTSIDE, (data, sender))
    ends[0].sendto(pptp_gre(ids[1], 1), (OUTSIDE, 0))
    data, sender = received(ends[1])
    good("and back", data[20:] == pptp_gre(7, 1) and sender and
         sender[0] == OUTSIDE, (data, sender))
    for sock in (client, server, listener, *ends):
        sock.close()


def judge_own():
    """What is the gateway's own there is left to it."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind((OUTSIDE, OWN))
    own.settimeout(1)
    client = udp("c", OTHER, 40003)
    client.sendto(b"router", (OUTSIDE, OWN))
    data, sender = received(own)
    good("the gateway itself", (data, sender) == (b"router", (OTHER, 40003)),
         (data, sender))
    own.sendto(b"answer", (OTHER, 40003))
    good("and its answer", received(client) == (b"answer", (OUTSIDE, OWN)))
    own.close()
    client.close()


def judge_ttl():
    """Its time to live is over at the gateway."""
    server, client = udp("c", CLIENT, SERVED), udp("c", OTHER, 40004)
    icmp = sock_in("c", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    icmp.bind((OTHER, 0))
    client.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
    client.sendto(b"short", (OUTSIDE, SERVED))
    data, _ = received(icmp)
    good("who has sent it is told that its time is over",
         data[20:22] == b"\x0b\x00" and data[28 + 12:28 + 16] ==
         socket.inet_aton(OTHER), data)
    good("and it goes no further", received(server)[0] == NOTHING)
    for sock in server, client, icmp:
        sock.close()


def judge(program, *options):
    Name.now = program.rsplit("/", 1)[1] + ": "
    gateway = start(program, "--general", *SERVICES, *options)
    judge_udp()
    judge_mapping()
    judge_tcp()
    judge_pptp()
    judge_own()
    judge_ttl()
    report, status = end(gateway)
    good("all went well", status == 0 and "cannot" not in report, report)
    return report


def judge_without(program):
    """Without --hairpins they are the router's."""
    gateway = start(program, "--general", "--queue", "3", *SERVICES)
    server, client = udp("c", CLIENT, SERVED), udp("c", OTHER, 40005)
    client.sendto(b"ask", (OUTSIDE, SERVED))
    good("without --hairpins there are none",
         received(server)[0] == NOTHING)
    server.close()
    client.close()
    end(gateway)


GW, QUEUE = in_namespaces()
do_all("ip -n c addr add %s/24 dev eth0" % OTHER)
judge(GW)
do_all(RULE)
queue_everything()
REPORT = judge(QUEUE, "--queue", "3", "--hairpins")
good("they are reported", "  hairpins sent " in REPORT, REPORT)
judge_without(QUEUE)
forward(False)
finish()
