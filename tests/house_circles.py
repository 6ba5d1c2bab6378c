#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who uses whom in lib/, by symbols: no circle, and no use of a stranger.

Each .c of lib/ is compiled and nm tells which global symbols it defines and
uses. Whoever uses a symbol of another file must include that file's own header
(lib/x/y.h of lib/x/y.c); what the public headers declare is everybody's.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ.get("srcdir", "."))
CC = shlex.split(os.environ.get("CC", "cc"))
NM = shlex.split(os.environ.get("NM", "nm"))
FLAGS = ["-std=c11", "-O0", f"-I{SOURCE / 'include'}", "-c"]

INCLUDE = re.compile(r'^#include "([^"/]+)"', re.M)


def symbols_of(path, folder):
    """The global symbols of a .c: those it defines, those it uses."""
    made = pathlib.Path(folder) / "made.o"
    subprocess.run([*CC, *FLAGS, "-o", str(made), str(path)], check=True)
    listing = subprocess.run([*NM, "-P", str(made)], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    defined, used = set(), set()
    for line in listing.splitlines():
        name, kind = line.split()[:2]
        if kind == "U":
            used.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, used


def graph_of(symbols):
    """file -> file whose symbols it uses -> those symbols."""
    owner = {s: file for file, (defined, _) in symbols.items() for s in defined}
    graph = {file: {} for file in symbols}
    for file, (_, used) in symbols.items():
        for symbol in sorted(used):
            other = owner.get(symbol, file)
            if other != file:
                graph[file].setdefault(other, []).append(symbol)
    return graph


def path_back(graph, start):
    """The shortest circle from start to start, or None."""
    paths, seen = [[start]], set()
    while paths:
        path = paths.pop(0)
        for other in sorted(graph[path[-1]]):
            if other == start:
                return [*path, start]
            if other not in seen:
                seen.add(other)
                paths.append([*path, other])
    return None


def circles(graph):
    told = set()
    for start in sorted(graph):
        path = path_back(graph, start)
        if path and not told & set(path):
            told |= set(path)
            edges = (f"{a} uses {', '.join(graph[a][b])} of {b}"
                     for a, b in zip(path, path[1:]))
            yield "a circle: " + "; ".join(edges)


def is_included(path, header):
    """By the .c itself, or by its own header."""
    files = [path, path.with_suffix(".h")]
    names = [name for file in files if file.exists()
             for name in INCLUDE.findall(file.read_text())]
    return header in names


def strangers(graph, public):
    for file, others in graph.items():
        for other, used in others.items():
            private = [s for s in used if s not in public]
            header = pathlib.Path(other).with_suffix(".h").name
            same = os.path.dirname(file) == os.path.dirname(other)
            if private and not (same and is_included(SOURCE / file, header)):
                yield f"{file} uses {', '.join(private)} of {other}, " \
                      f"but does not include {header}"


def main():
    paths = sorted((SOURCE / "lib").glob("*/*.c"))
    public = set(re.findall(r"\w+", "".join(
        p.read_text() for p in (SOURCE / "include").rglob("*.h"))))
    with tempfile.TemporaryDirectory() as folder:
        symbols = {p.relative_to(SOURCE).as_posix(): symbols_of(p, folder)
                   for p in paths}
    graph = graph_of(symbols)
    faults = [*circles(graph), *strangers(graph, public)]
    for fault in faults:
        print(fault)
    if not paths:
        sys.exit(f"found no sources in {SOURCE}")
    if not faults:
        print(f"{len(paths)} files use what they may")
    sys.exit(bool(faults))


main()
