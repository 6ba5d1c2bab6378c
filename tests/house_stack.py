#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The deepest call chain of the library on a Cortex-M4 (-Os): at most 1024
bytes of stack, no recursion, no frame whose size is known at run time only.

The compiler writes the call graph down, each function with its frame. Calls
through a pointer are all calls of a member of a structure: where one is called
(a statement of the source) and what is assigned to it are both read from the
sources. What the caller of the library brings (callbacks, mem*) counts 0."""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIMIT = 1024
COMPILER = "arm-none-eabi-gcc"
OPTIONS = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-std=c11", "-ffreestanding",
           "-fcallgraph-info=su", "-Iinclude"]
SOURCE = pathlib.Path(os.environ.get("srcdir", ".")).resolve()

# Members that point to functions of the library: those of a handler and of a
# store. One that is assigned nowhere is a fault.
OURS = ["match", "translate", "swept", "closed", "configure", "quote", "parent",
        "is_evictable", "counted_by", "fast_path", "reuse_delay",
        "served_at", "loaded", "mss", "may_have_key",
        "find", "add", "remove", "link", "unlink", "relink", "next", "prefetch"]
# Members that point to functions of the caller's.
CALLERS = ["random", "choose", "release", "changed", "event", "handler"]
# Functions of the caller's that are called by name.
HOST = {"memcmp", "memcpy", "memmove", "memset"}

NODE = re.compile(r'^node: { title: "([^"]+)" label: "([^"]*)"', re.M)
EDGE = re.compile(r'^edge: { sourcename: "([^"]+)" targetname: "([^"]+)"'
                  r'(?: label: "([^"]*)")?', re.M)
FRAME = re.compile(r"\\n(\d+) bytes \(([^)]*)\)")
CALL = re.compile(r"(?:->|\.)(\w+)\s*\(")
ASSIGNMENT = re.compile(r"(?:->|\.)(%s)\s*=(?!=)([^;,}]*)" % "|".join(OURS))
INDIRECT = "__indirect_call"


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def compile_all(files, folder):
    """The call graphs, as text."""
    if shutil.which(COMPILER) is None:
        skip(f"there is no {COMPILER}")
    for text in ("int x;", "#include <string.h>"):
        probe = subprocess.run(
            [COMPILER, *OPTIONS, "-xc", "-", "-c", "-o", folder / "probe.o"],
            input=text, text=True, capture_output=True, cwd=SOURCE)
        if probe.returncode != 0:
            skip(probe.stderr.strip().splitlines()[0])
    (folder / "probe.ci").unlink()
    for name in files:
        graph = folder / (name.replace("/", "-")[:-2] + ".o")
        if subprocess.run([COMPILER, *OPTIONS, "-c", name, "-o", graph],
                          cwd=SOURCE).returncode != 0:
            sys.exit(f"{name} does not compile")
    return [path.read_text() for path in sorted(folder.glob("*.ci"))]


class Graph:
    """Functions are named as the compiler does: lib/file.c:name if static,
    else name."""

    def __init__(self, texts, sources):
        self.sources = sources
        self.faults = []
        self.frames = {}
        self.calls = {}
        for title, label in (n for text in texts for n in NODE.findall(text)):
            self.read_node(title, label)
        targets = self.read_assignments()
        for text in texts:
            for caller, callee, place in EDGE.findall(text):
                called = (self.called_at(place, targets)
                          if callee == INDIRECT else [callee])
                self.calls[caller].update(called)

    def read_node(self, title, label):
        frame = FRAME.search(label)
        if not frame:
            return
        self.frames[title] = int(frame[1])
        self.calls[title] = set()
        if frame[2] != "static":
            self.faults.append(f"{title}: frame of {frame[2]} size")

    def read_assignments(self):
        """Member -> the functions that are assigned to it anywhere."""
        targets = {member: set() for member in OURS}
        for name, text in self.sources.items():
            for member, value in ASSIGNMENT.findall(text):
                for word in re.findall(r"\w+", value):
                    targets[member].update(
                        {f"{name}:{word}", word} & set(self.frames))
        for member, functions in targets.items():
            if not functions:
                self.faults.append(f"no function is assigned to .{member}")
        return targets

    def called_at(self, place, targets):
        """What a call through a pointer may call: by the members that the
        statement calls."""
        name, line, _ = place.rsplit(":", 2)
        lines = self.sources[name].splitlines()[int(line) - 1:]
        statement = "\n".join(lines).partition(";")[0]
        members = [m for m in CALL.findall(statement) if m in OURS + CALLERS]
        if not members:
            self.faults.append(f"{name}:{line}: calls an unknown pointer")
        return {t for m in members for t in targets.get(m, ())}

    @functools.lru_cache(None)
    def deepest(self, function):
        """(bytes, chain) of the deepest chain from a function on."""
        below = [self.deepest(callee) for callee in self.calls[function]
                 if callee in self.frames]
        depth, chain = max(below, default=(0, ()))
        return self.frames[function] + depth, (function, *chain)

    def cycle(self):
        """Functions that call each other in a ring, or None."""
        done, path = set(), []

        def visit(function):
            if function in path:
                return path[path.index(function):] + [function]
            if function in done or function not in self.frames:
                return None
            path.append(function)
            for callee in sorted(self.calls[function]):
                if ring := visit(callee):
                    return ring
            done.add(path.pop())
            return None

        return next(filter(None, map(visit, sorted(self.frames))), None)

    def unreached(self):
        """Static functions that no chain reaches: their addresses went a way
        that is not seen here."""
        reached = set()
        waiting = [f for f in self.frames if ":" not in f]
        while waiting:
            function = waiting.pop()
            if function not in reached and function in self.frames:
                reached.add(function)
                waiting.extend(self.calls[function])
        return sorted(set(self.frames) - reached)

    def outside(self):
        called = set().union(*self.calls.values())
        return sorted(called - set(self.frames))


def main():
    files = sorted(path.relative_to(SOURCE).as_posix()
                   for path in (SOURCE / "lib").glob("*/*.[ch]"))
    sources = {name: (SOURCE / name).read_text() for name in files}
    with tempfile.TemporaryDirectory() as folder:
        texts = compile_all([f for f in files if f.endswith(".c")],
                            pathlib.Path(folder))
    graph = Graph(texts, sources)
    faults = graph.faults
    if "vpnalg_process" not in graph.frames:
        faults.append("the call graph has no vpnalg_process")
    faults += [f"{f}: who calls it?" for f in graph.unreached()]
    faults += [f"{f}: its frame is not known"
               for f in graph.outside() if f not in HOST]
    if ring := graph.cycle():
        faults.append("recursion: " + " -> ".join(ring))
    else:
        depth, chain = max(map(graph.deepest, graph.frames))
        for function in chain:
            print(f"{graph.frames[function]:6}  {function}")
        print(f"{depth:6}  bytes in the deepest chain; not counted: "
              + ", ".join(graph.outside() + CALLERS))
        if depth > LIMIT:
            faults.append(f"that is more than {LIMIT} bytes")
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


main()
