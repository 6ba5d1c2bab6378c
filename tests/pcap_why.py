#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-pcap --why. Good captures are well; each row breaks one as a network
or server would, and names the cause that each client must get."""

import glob
import json
import os
import random
import re

from pcap_common import (CAPTURES, SANITIZER, SOURCE, check, finish,
                         parse_pcap, path, pcap_bytes, pcapng_bytes, run)
from pcap_why_ipsec import IPSEC_ROWS
from pcap_why_l2tp import L2TP_ROWS
from pcap_why_packet import A, B, C, Packet, load, number, save
from pcap_why_pptp import PPTP_ROWS
from pcap_why_ways import (IKE1, L2TP, PPTP, again, aggressive, both, change,
                           data, drop, into, out_of)

FUZZ_RUNS = int(os.environ.get("FUZZ_RUNS", "200"))


def to_group(p):
    """What PPP carries goes to a group of hosts."""
    at = len(p.ip) - len(p.ppp()) + 18
    return p.with_ip(p.ip[:at] + number("224.0.0.251") + p.ip[at + 4:])


def one_only(test):
    """Of those that fit, the first."""
    def broken(packets):
        first = next(p for p in packets if test(p))
        return [p for p in packets if p is first or not test(p)]
    return broken


# Captures in which everybody gets through. Not among them: l2tp_hidden, whose
# clients speak no PPP, and l2tp_out, whose call is hung up; esp_3-hidden, which
# is of both sides at once; and those of AH and of MTUs, which are rows below.
GOOD = """esp-ike1-at-once-inside esp-ike1-at-once-outside
    esp-ike1-killed-inside esp-ike1-killed-outside esp-ike1-loss-inside
    esp-ike1-loss-outside esp-ike1-rekey-inside esp-ike1-rekey-outside
    esp-ike1-server-first-inside esp-ike1-server-first-outside
    esp-ike1-server-later-inside esp-ike1-server-later-outside
    esp-ike1-three-inside esp-ike1-three-outside esp-ike2-at-once-inside
    esp-ike2-at-once-outside esp-ike2-children-inside
    esp-ike2-children-outside esp-ike2-killed-inside esp-ike2-killed-outside
    esp-ike2-loss-inside esp-ike2-loss-outside esp-ike2-rekey-inside
    esp-ike2-rekey-outside esp-ike2-server-first-inside
    esp-ike2-server-first-outside esp-ike2-three-inside
    esp-ike2-three-outside esp_3-routed esp_frag-routed everything-inside
    everything-outside ike_frag_3-routed ikev1-natt-inside
    ikev1-natt-outside ikev2-natt-rekey-inside ikev2-natt-rekey-outside
    l2tp-ipsec-inside l2tp-ipsec-outside l2tp-return-inside
    l2tp-return-outside l2tp-three-inside l2tp-three-outside
    l2tp_same-inside l2tp_v3-inside pmtu_esp-routed pptp-killed-same-inside
    pptp-killed-same-outside pptp-loss-inside pptp-loss-outside
    pptp-three-inside pptp-three-outside""".split()

# Of all protocols.
ROWS = PPTP_ROWS + L2TP_ROWS + IPSEC_ROWS


# name, capture, how it is changed, {client: remark}; all is well.
WELL = [
    ("data of the server's alone", PPTP, drop(out_of(A, data)), {}),
    ("data to a group alone", PPTP,
     both(drop(into(A, data)), change(out_of(A, data), to_group)), {}),
    ("data both ways, in one packet each", PPTP,
     both(one_only(into(A, data)), one_only(out_of(A, data))), {}),
    ("one packet of the client's data", PPTP,
     both(drop(into(A, data)), one_only(out_of(A, data))),
     {A: "data-unanswered"}),
    ("one packet of the client's data in L2TP", L2TP,
     both(drop(into(C, data)), one_only(out_of(C, data))),
     {C: "data-unanswered"}),
    ("Aggressive Mode of all", IKE1,
     both(aggressive(A), aggressive(B), aggressive(C)), {}),
]


def answers(done):
    """{client, or client:port if it is public: cause}, of those that fail."""
    found = {}
    for one in json.loads(done.stdout)["clients"]:
        if one["cause"]:
            found.setdefault(one["client"], one["cause"])
            found["%s:%d" % (one["client"], one["client_port"])] = one["cause"]
    return found


def fits(found, wanted):
    """Everything that is wanted, and of other clients nothing."""
    rest = {name for name in found
            if name not in wanted and name.split(":")[0] not in wanted and
            not any(one.split(":")[0] == name for one in wanted)}
    return not rest and all(found.get(name) == cause
                            for name, cause in wanted.items())


def good_ones():
    for name in GOOD:
        done = run("--why", os.path.join(CAPTURES, name + ".pcap"))
        check("all is well in " + name,
              done.returncode == 0 and b"all is well" in done.stdout,
              done.stdout.decode())


def twice():
    """A mirrored port, or all interfaces of a router at once: each packet is
    there twice, once with a smaller time to live, and counts once."""
    for name in GOOD:
        packets = load(name)
        copies = [Packet(p.time + 0.0001, p.with_ip(
            p.ip[:8] + bytes([p.ip[8] - 1]) + p.ip[9:]).data, p.length)
                  for p in packets]
        done = run("--why", save(packets + copies))
        check("all is well in %s, twice" % name, done.returncode == 0 and
              b"packets were captured twice" in done.stdout,
              done.stdout.decode())
    name, capture, how, wanted = ROWS[0]
    packets = how(load(capture))
    done = run("--why", "--json", save(packets + [
        p.at(p.time + 0.0001) for p in packets]))
    check("what is broken is broken twice", fits(answers(done), wanted),
          answers(done))


def parts():
    """Captures that begin late, or end early."""
    packets = load("everything-inside")
    for share in 12, 25:
        done = run("--why", "--json", save(
            packets[len(packets) * share // 100:]))
        check("an end without a beginning is no failure (%d %%)" % share,
              done.returncode == 0, answers(done))
    packets = [p for p in load(PPTP) if p.of(A)]
    asked = next(i for i, p in enumerate(packets) if p.pptp() == 7)
    hint = r"the capture ends \d+ ms behind the first packet without an answer"
    for more in 0, 3:
        done = run("--why", "--json", save(packets[:asked + 1] + again(
            packets[asked], *range(1, more + 1))))
        one = json.loads(done.stdout)["clients"][0]
        check("a capture that ends at once is said to (%d more)" % more,
              one["cause"] == "call-unanswered" and
              bool(re.match(hint, one["seen"] or "")) == (more == 0), one)


def broken_ones():
    for name, capture, how, wanted in ROWS:
        try:
            file = save(how(load(capture)))
        except StopIteration:
            check(name, False, "the capture has no such packet")
            continue
        done = run("--why", "--json", file)
        found = answers(done)
        check(name, fits(found, wanted) and done.returncode == 3, found)


def well_ones():
    for name, capture, how, wanted in WELL:
        done = run("--why", "--json", save(how(load(capture))))
        remarks = {one["client"]: one["remark"]
                   for one in json.loads(done.stdout)["clients"]
                   if one["remark"]}
        check("all is well with " + name, done.returncode == 0 and
              remarks == wanted, (done.returncode, remarks, answers(done)))


def edges():
    """What is no VPN, no capture, or no proper command line."""
    nothing = path("nothing.pcap")
    with open(nothing, "wb") as file:
        file.write(pcap_bytes([]))
    done = run("--why", nothing)
    check("an empty capture has no VPN, and that is told",
          done.returncode == 4 and b"looked for PPTP" in done.stdout,
          done.stdout)
    done = run("--why", os.path.join(CAPTURES, "general-inside.pcap"))
    check("other traffic is no VPN", done.returncode == 4, done.stdout)
    done = run("--why", "--json", nothing)
    check("as JSON, too", done.returncode == 4 and
          json.loads(done.stdout)["clients"] == [], done.stdout)
    with open(os.path.join(CAPTURES, PPTP + ".pcap"), "rb") as file:
        good = file.read()
    done = run("--why", "-", stdin=good[:-5])
    check("a capture that is cut is reported as far as it goes",
          done.returncode == 1 and b"until the error" in done.stdout and
          b"cannot read input" in done.stderr, done.stderr)
    done = run("--why", "-", stdin=b"no capture at all")
    check("what is no capture is refused", done.returncode == 1 and
          not done.stdout, done.stderr)
    for words in (["--why"], ["--why", nothing, "out.pcap"],
                  ["--why", "--outside", nothing, nothing],
                  ["--why", "--explain", nothing],
                  ["--why", "--both", nothing],
                  ["--why", "--html", "-", nothing],
                  ["--why", "--html", "out.html", "-"],
                  ["--why", "--sessions", nothing]):
        done = run(*words)
        check("refused: " + " ".join(words[:-1] or words),
              done.returncode == 2, done.stderr)


def forms():
    """The same in every file format, behind other headers, cut and raw."""
    _, _, records = parse_pcap(open(
        os.path.join(CAPTURES, PPTP + ".pcap"), "rb").read())
    raw = [(s, f, d[14:], n - 14) for s, f, d, n in records]
    short = [(s, f, d[:96], n) for s, f, d, n in records]
    tagged = [(s, f, d[:12] + b"\x81\0\0\x05" + d[12:], n + 4)
              for s, f, d, n in records]
    for name, data in (("raw IP", pcap_bytes(raw, link=101)),
                       ("pcapng", pcapng_bytes(records)),
                       ("VLAN", pcap_bytes(tagged)),
                       ("96 bytes of each", pcap_bytes(short, snaplen=96))):
        done = run("--why", "-", stdin=data)
        check("all is well in " + name, done.returncode == 0,
              done.stdout.decode())


def keywords():
    """Manual and program have the same causes."""
    known = set()
    for name in glob.glob(os.path.join(SOURCE, "examples/pcap/why_cause*.c")):
        with open(name, encoding="utf-8") as file:
            known |= set(re.findall(r'why_\w+,\s*"([a-z0-9-]+)",',
                                    file.read()))
    with open(os.path.join(SOURCE, "doc/vpnalg-pcap.1"),
              encoding="utf-8") as file:
        manual = file.read().split(".SH CAUSES")[1].split(".SH ")[0]
    told = {word.replace("\\-", "-")
            for word in re.findall(r"^\.B ([a-z0-9\\-]+)$", manual, re.M)}
    check("the manual has each cause (%d)" % len(known),
          len(known) > 40 and known == told, known ^ told)
    with open(os.path.join(SOURCE, "doc/passthrough.md"),
              encoding="utf-8") as file:
        page = file.read()
    lacking = [word for word in known
               if not re.search(r"[ |]%s[ ,;|]" % word, page)]
    check("the page for owners of routers has each cause", not lacking,
          lacking)
    with open(os.path.join(SOURCE, "lib/engine/result.c"),
              encoding="utf-8") as file:
        reasons = re.findall(r'\[VPNALG_DROP_\w+\] = "([^"]+)"', file.read())
    lacking = [words for words in reasons if "\n| %s |" % words not in page]
    check("and each reason of dropped packets (%d)" % len(reasons),
          len(reasons) > 20 and not lacking, lacking)
    tried = {cause for row in ROWS for cause in row[3].values()}
    tried |= {"unknown"}
    rest = {"client-silent", "capture-ends"}  # remarks: good captures
    check("each cause has a row here", known - tried - rest == set(),
          known - tried - rest)


def spoiled():
    """Bytes at random: it may say anything, but it must say it."""
    dice = random.Random(1)
    captures = [name for name in GOOD if os.path.getsize(
        os.path.join(CAPTURES, name + ".pcap")) < 60000]
    wrong = []
    for _ in range(FUZZ_RUNS):
        with open(os.path.join(CAPTURES, dice.choice(captures) + ".pcap"),
                  "rb") as file:
            data = bytearray(file.read())
        for _ in range(dice.choice((1, 20, 300))):
            data[dice.randrange(24, len(data))] = dice.randrange(256)
        if dice.randrange(3) == 0:
            del data[dice.randrange(24, len(data)):]
        done = run("--why", *(["--json"] if dice.randrange(2) else []), "-",
                   stdin=bytes(data))
        if done.returncode not in (0, 1, 3, 4) or SANITIZER.search(
                done.stderr):
            wrong.append((done.returncode, done.stderr[-500:]))
    check("%d spoiled captures" % FUZZ_RUNS, not wrong, wrong[:1])


good_ones()
broken_ones()
well_ones()
twice()
parts()
edges()
forms()
keywords()
spoiled()
finish()
