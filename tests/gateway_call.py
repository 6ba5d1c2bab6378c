# SPDX-License-Identifier: BSD-2-Clause
"""A PPTP call of a client outside with a server inside, through a gateway."""

import socket
import struct
import threading
import time

from gateway_common import (OUTSIDE, check, pptp_gre, pptp_reply, pptp_request,
                            pptp_started, received, sock_in, told)

ID, CALL = 7, 9

MANY = 40


def raw_gre(namespace, address):
    made = sock_in(namespace, socket.AF_INET, socket.SOCK_RAW, 47)
    made.bind((address, 0))
    made.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # RCVBUFFORCE
    return made


def connect(host, client, port):
    """A control connection from outside: the client's end and the server's."""
    listener = sock_in("c", socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, 1723))
    listener.listen()
    listener.settimeout(5)
    out = sock_in("s", socket.AF_INET, socket.SOCK_STREAM)
    out.settimeout(5)
    out.bind((client, 0))
    out.connect((OUTSIDE, port))
    server = listener.accept()[0]
    server.settimeout(5)
    listener.close()
    told(out, server, pptp_started(1))
    told(server, out, pptp_started(2))
    return out, server


class Call:
    """A client outside, and its call to a PPTP server inside."""

    def __init__(self, title, host, client, port):
        self.title = title
        self.client, self.server = connect(host, client, port)
        self.gre = raw_gre("c", host), raw_gre("s", client)
        self.targets = (client, 0), (OUTSIDE, 0)
        told(self.client, self.server, pptp_request(ID))
        reply = told(self.server, self.client, pptp_reply(CALL, ID))
        self.ids = ID, struct.unpack(">H", reply[12:14])[0]
        self.sent = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.send_on)

    def send(self):
        for way in 0, 1:
            self.gre[way].sendto(pptp_gre(self.ids[way], self.sent),
                                 self.targets[way])
        self.sent += 1

    def send_on(self):
        while not self.over.is_set():
            self.send()
            time.sleep(0.003)

    def got(self):
        """How many packets have come each way."""
        counts = []
        for sock in self.gre:
            sock.settimeout(0.5)
            counts.append(0)
            while received(sock)[1]:
                counts[-1] += 1
        return counts

    def talks(self):
        """Whether the control connection is there, both ways."""
        self.client.settimeout(1)
        self.server.settimeout(1)
        try:
            return all(told(a, b, pptp_started(1)) == pptp_started(1)
                       for a, b in ((self.client, self.server),
                                    (self.server, self.client)))
        except OSError:
            return False

    def goes_on(self):
        self.got()
        self.sent = 0
        for _ in range(MANY):
            self.send()
        return self.got() == [MANY, MANY] and self.talks()

    def has_ended(self):
        """Nothing comes in for it."""
        self.got()
        for _ in range(MANY):
            self.send()
        return self.got()[0] == 0 and not self.talks()

    def begin(self):
        self.got()
        self.sent = 0
        self.thread.start()

    def stop(self):
        """Whether nothing was lost since begin()."""
        self.over.set()
        self.thread.join()
        got = self.got()
        check("%snone of %d packets each way of another service's client is "
              "lost" % (self.title, self.sent), got == [self.sent] * 2 and
              self.sent > 100 and self.talks(), got)

    def close(self):
        for sock in (*self.gre, self.client, self.server):
            sock.close()
