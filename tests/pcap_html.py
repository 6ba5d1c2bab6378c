#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The page of vpnalg-pcap --html: whole, nothing from elsewhere, every text
escaped, each packet of a client in its ladder, and never too long."""

import html.parser
import json
import os
import re
import shutil

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether

from pcap_common import (CAPTURES, check, finish, path, record, run,
                         short_talk, write_pcap)

SIDES = ["--inside", "192.168.77.0/24", "--address", "203.0.113.1"]
VOID = {"meta", "input"}


class Page(html.parser.HTMLParser):
    """Rows, sections and lines; what is not closed, or comes from elsewhere."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.sections, self.links = [], [], [], []
        self.marked = 0
        self.feed(text)
        self.close()
        self.wrong += ["not closed: " + tag for tag in self.open]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.wrong += ["%s %s=%s" % (tag, name, value)
                       for name, value in attrs.items()
                       if name in ("src", "style") or name.startswith("on") or
                       (name == "href" and not re.fullmatch("#s[0-9]+",
                                                            value))]
        if tag in ("script", "img", "link", "iframe", "base", "form"):
            self.wrong.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(attrs["href"][1:])
        if tag == "section":
            self.sections.append({"id": attrs["id"], "rows": [], "lines": [],
                                  "head": ""})
        if tag == "tr" and attrs["class"] != "head":
            self.sections[-1]["rows"].append({"tone": attrs["class"],
                                              "text": ""})
        if tag in ("td", "th") and self.rows():
            self.rows()[-1]["text"] += "\t"
        if tag == "p" and self.sections:
            self.sections[-1]["lines"].append(attrs["class"] + ": ")
        self.marked += tag == "b"

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append("closed: " + tag)

    def handle_data(self, data):
        if "td" in self.open:
            self.rows()[-1]["text"] += data
        elif "p" in self.open and self.sections:
            self.sections[-1]["lines"][-1] += data
        elif "h2" in self.open:
            self.sections[-1]["head"] += data

    def rows(self):
        return self.sections[-1]["rows"] if self.sections else []


def page_of(name, *more):
    done = run(*SIDES, *more, "--json", "--html", path("page.html"), name,
               path("out.pcap"))
    assert done.returncode == 0, done.stderr
    with open(path("page.html"), encoding="utf-8") as file:
        text = file.read()
    return Page(text), json.loads(done.stdout), text


def packets_in(row):
    """How many packets a row stands for; an event stands for none."""
    run_of = re.search("\u2026 ([0-9,]+) .* packets", row["text"])
    if run_of:
        return int(run_of.group(1).replace(",", ""))
    return 0 if re.search("\t(un)?paired|\theld back", row["text"]) else 1


def check_well(name, page, text):
    check(name + ": well made, nothing from elsewhere", not page.wrong,
          page.wrong[:3])
    check(name + ": a link to each section",
          page.links == [s["id"] for s in page.sections])
    check(name + ": no script may run",
          "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in text)


def check_counts(name, page, report):
    """What is on the page is what the report counts."""
    packets = report["packets"]
    copied = sum(report["copied"][why] for why in (
        "untouched", "untouched_with_inside_address"))
    shown = sum(packets_in(row) for s in page.sections for row in s["rows"])
    more = sum(int(re.search("([0-9,]+) messages more", line).group(1)
                   .replace(",", ""))
               for s in page.sections for line in s["lines"]
               if "messages more" in line)
    check(name + ": each packet of a client's is shown",
          shown + more == packets["translated"] + packets["dropped"] + copied,
          (shown, more, packets))
    bad = sum(packets_in(row) for s in page.sections for row in s["rows"]
              if row["tone"] == "bad")
    check(name + ": %d dropped are marked" % bad, bad == packets["dropped"])
    reasons = {}
    for section in page.sections:
        for line in section["lines"]:
            found = re.fullmatch("bad: ([0-9,]+) dropped: (.*)", line)
            if found:
                count = int(found.group(1).replace(",", ""))
                reasons[found.group(2)] = reasons.get(found.group(2),
                                                      0) + count
    check(name + ": by reason", reasons == {row["reason"]: row["packets"]
                                            for row in report["dropped"]},
          reasons)


def check_events(name, page, report):
    """Who got which SPI, by what evidence: above the ladder and in it."""
    wanted = [(e["inside"], e["event"], e.get("spi"), e.get("evidence"))
              for e in report["events"]]
    found = []
    for section in page.sections:
        for line in section["lines"]:
            event = re.fullmatch(r"(?:good|bad): ([a-z ]+): ESP (?:SPI (\S+) )?"
                                 r"\S+ > (\S+?)(?:, (.*))? \(packet [0-9]+\)",
                                 line)
            if event:
                found.append((section["head"], event.group(1), event.group(2),
                              event.group(4)))
    spis = [spi for _, _, spi, _ in wanted if spi]
    rows = "".join(r["text"] for s in page.sections for r in s["rows"])
    check("%s: %d events" % (name, len(wanted)),
          len(found) == len(wanted) and
          sorted(f[:2] for f in found) == sorted(w[:2] for w in wanted) and
          all("%08x" % spi in rows if isinstance(spi, int) else spi in rows
              for spi in spis), (found[:3], wanted[:3]))


RUNS = [
    ("pptp-three-inside", []),
    ("pptp-killed-same-inside", []),
    ("l2tp_same-inside", []),
    ("esp-ike1-at-once-inside", ["--hold"]),
    ("esp-ike1-loss-inside", []),
    ("esp_3-hidden", []),
    ("esp_frag-routed", []),
    ("ah_1-routed", []),
    ("pmtu_esp-routed", []),
    ("everything-inside", ["--general"]),
    ("general-inside", []),
    ("everything-outside", []),
]


def check_captures():
    for name, more in RUNS:
        page, report, text = page_of(os.path.join(CAPTURES, name + ".pcap"),
                                     *more)
        check_well(name, page, text)
        check_counts(name, page, report)
        check_events(name, page, report)


def section(page, head):
    return [s for s in page.sections if s["head"] == head][0]


def check_ladder():
    page, _, _ = page_of(os.path.join(CAPTURES, "pptp-killed-same-inside.pcap"))
    check("three clients", [s["head"] for s in page.sections] ==
          ["192.168.77.%d" % i for i in (11, 12, 13)][:len(page.sections)])
    rows = [r["text"] for r in section(page, "192.168.77.12")["rows"]]
    call = [r for r in rows if "Outgoing-Call-Request" in r][0].split("\t")
    check("a call: time, packet, both sides, what was opened",
          re.fullmatch(r"[0-9]+\.[0-9]{6}", call[1]) and
          call[2] == "39" and
          call[3] == "192.168.77.12:55656 > 203.0.113.10:1723 Call ID 1799"
          and call[4] == "PPTP Outgoing-Call-Request \u2192"
          "PPTP control connection, PPTP call opened" and
          call[5] == "203.0.113.1:55656 > 203.0.113.10:1723 Call ID 1865",
          call)
    reply = [r for r in rows if "Outgoing-Call-Reply" in r][0]
    check("the answer: an arrow the other way",
          "\u2190 PPTP Outgoing-Call-Reply" in reply, reply)
    runs = [r for r in rows if "\u2026" in r]
    check("data is folded", runs and all("GRE of PPTP packets" in r or
                                         "TCP packets" in r for r in runs) and
          " out, " in runs[0] and " bytes; the last one is packet " in runs[0],
          runs[:2])
    check("what was changed is marked", page.marked > 20, page.marked)


def check_escaped():
    """The only text from outside of the program is a name."""
    evil = "<img src=x onerror=alert(1)>&amp;\"'\n\x01.pcap"
    shutil.copy(os.path.join(CAPTURES, "ah_1-routed.pcap"), path(evil))
    page, _, text = page_of(path(evil))
    check("a name cannot be anything but a text", not page.wrong and
          "<img" not in text and "&lt;img src=x onerror=alert(1)&gt;&amp;amp;"
          "&quot;&#39;??.pcap" in text, page.wrong)


def frame(packet):
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b") /
                 packet)


def check_bounds():
    """Runs, messages and clients in great numbers."""
    esp = frame(IP(src="192.168.77.11", dst="203.0.113.10", proto=50) /
                (bytes.fromhex("0000100000000001") + bytes(16)))
    name = write_pcap("run.pcap", [record(esp, i / 1000)
                                   for i in range(1235)])
    page, report, _ = page_of(name)
    rows = section(page, "192.168.77.11")["rows"]
    check("a long run is one line", len(rows) == 2 and
          "\u2026 1,234 ESP packets" in rows[1]["text"], rows)
    syn = [record(frame(IP(src="192.168.77.11", dst="203.0.113.10") /
                        TCP(sport=1000 + i, dport=1723, flags="S")), i)
           for i in range(3000)]
    page, report, text = page_of(write_pcap("many.pcap", syn))
    check_well("3,000 messages", page, text)
    check_counts("3,000 messages", page, report)
    check("3,000 messages: 1,000 are shown",
          len(section(page, "192.168.77.11")["rows"]) == 1000)
    many = [record(frame(IP(src="10.1.%d.%d" % (i >> 8, i & 255),
                            dst="203.0.113.10") /
                         UDP(sport=500, dport=500) / bytes(28)), i)
            for i in range(1, 600)]
    name = write_pcap("clients.pcap", many)
    done = run("--inside", "10/8", "--html", path("page.html"), name,
               path("out.pcap"))
    with open(path("page.html"), encoding="utf-8") as file:
        text = file.read()
    page = Page(text)
    check("600 clients: 256 are shown", done.returncode == 0 and
          len(page.sections) == 256 and not page.wrong and
          "343 packets are of other clients" in text)


def check_all():
    """200 hosts with 200 messages each: all have some."""
    many = [record(frame(IP(src="10.1.0.%d" % (i % 200 + 1),
                            dst="203.0.113.10") /
                         TCP(sport=1000 + i // 200, dport=1723, flags="S")),
                   i / 100) for i in range(40000)]
    name = write_pcap("all.pcap", many)
    done = run("--inside", "10/8", "--html", path("page.html"), name,
               path("out.pcap"))
    with open(path("page.html"), encoding="utf-8") as file:
        page = Page(file.read())
    rows = [len(s["rows"]) for s in page.sections]
    check("40,000 messages of 200 hosts: 20,000 are shown, some of each",
          done.returncode == 0 and sum(rows) == 20000 and min(rows) >= 20)


def check_others():
    """An empty capture, nanoseconds, two captures, and with --both."""
    page, _, text = page_of(write_pcap("none.pcap", []))
    check("an empty capture: a page all the same", not page.wrong and
          not page.sections and text.endswith("</html>\n"))
    talk = short_talk("192.168.77.11", "203.0.113.10", 40001, 7, 8).records
    talk = [(s, f * 1000, d, n) for s, f, d, n in talk]
    page, _, _ = page_of(write_pcap("nano.pcap", talk, magic=0xa1b23c4d))
    times = [r["text"].split("\t")[1]
             for r in page.sections[0]["rows"]]
    check("nanoseconds", times[:3] == ["0.000000", "0.001000", "0.002000"],
          times[:3])
    inside, outside = (os.path.join(CAPTURES, "pptp-three-%s.pcap" % side)
                       for side in ("inside", "outside"))
    page, report, _ = page_of(inside, "--outside", outside, "--both")
    check_counts("two captures, and --both", page, report)
    done = run(*SIDES, inside, path("plain.pcap"))
    page_of(inside)
    with open(path("plain.pcap"), "rb") as one, \
            open(path("out.pcap"), "rb") as two:
        check("OUTPUT is the same with a page",
              done.returncode == 0 and one.read() == two.read())
    done = run(*SIDES, "--html", "-", inside, path("out.pcap"))
    check("the page on standard output", done.returncode == 0 and
          not Page(done.stdout.decode()).wrong and
          done.stdout.endswith(b"</html>\n"))


def check_why():
    """--why: the same that it prints, above the ladders."""
    for name, status in (("pptp-three-inside", 0), ("ah-inside", 3),
                         ("esp-ike2-three-inside", 0),
                         ("l2tp-three-inside", 0)):
        file = os.path.join(CAPTURES, name + ".pcap")
        done = run(*SIDES, "--why", "--json", "--html", path("why.html"), file)
        with open(path("why.html"), encoding="utf-8") as page_file:
            text = page_file.read()
        page = Page(text)
        check_well("--why " + name, page, text)
        plain = run("--why", "--json", file)
        check("--why %s: prints and ends as without a page" % name,
              done.returncode == status == plain.returncode and
              done.stdout == plain.stdout, done)
        clients = json.loads(done.stdout)["clients"]
        wanted = [(c["client"], "good" if c["cause"] is None else "bad",
                   c["cause"]) for c in clients]
        heads = re.findall('<h3 class="(good|bad)">([0-9.]+)(?::[0-9]+)? with '
                           '[^<]*</h3>\n(?:<p class="bad">Cause '
                           r'\[([a-z0-9-]+)\]: )?', text)
        check("--why %s: each client, and the cause" % name,
              [(c, tone, cause or None) for tone, c, cause in heads] ==
              wanted and wanted, (heads, wanted))
        check("--why %s: the ladders are below" % name, page.sections and
              text.index("<section") > text.rindex("<h3"))
    with open(path("short.pcap"), "wb") as file:
        with open(os.path.join(CAPTURES, "pptp-three-inside.pcap"),
                  "rb") as whole:
            file.write(whole.read()[:5000])
    done = run("--why", "--html", path("none.html"), path("short.pcap"))
    check("--why, a broken capture: one error, no page",
          done.returncode == 1 and not os.path.exists(path("none.html")) and
          done.stderr.count(b"cannot read input") == 1, done.stderr)
    done = run("--why", "--html", path("none/x.html"), file.name)
    check("--why, a page that cannot be written", done.returncode == 1)


def main():
    check_why()
    check_captures()
    check_ladder()
    check_escaped()
    check_bounds()
    check_all()
    check_others()
    finish()


main()
