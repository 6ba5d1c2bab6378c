#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Do the unit tests notice a small fault?

mutate.py [-n FAULTS] [-s SEED] [-f PREFIX] [-r REPORT] [-w SECONDS]

Builds lib/ and the unit tests in a directory of its own, puts small faults
into lib/ one at a time (another comparison, a negated condition, another
constant, a statement left out), and runs the unit tests on each until a suite
fails. Prints the faults that no test noticed, and how many were noticed. The
same seed draws the same faults from the same tree.

A fault that leaves the machine code as it was cannot be noticed. It counts as
one that was not, and is marked in the list.

-n  how many faults (150)
-s  the seed (1)
-f  only files of lib/ that begin so
-r  only the faults that an earlier run printed into this file
-w  a suite that takes longer has noticed the fault (60)
"""

import argparse
import concurrent.futures
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

# What is written for what: pattern, replacement, name.
SWAPS = [
    (r' == ', ' != ', 'comparison'),
    (r' != ', ' == ', 'comparison'),
    (r' < ', ' <= ', 'comparison'),
    (r' <= ', ' < ', 'comparison'),
    (r' > ', ' >= ', 'comparison'),
    (r' >= ', ' > ', 'comparison'),
    (r' && ', ' || ', 'logic'),
    (r' \|\| ', ' && ', 'logic'),
    (r' \+ ', ' - ', 'arithmetic'),
    (r' - ', ' + ', 'arithmetic'),
    (r'\+\+', '--', 'arithmetic'),
    (r'--', '++', 'arithmetic'),
    (r' \|= ', ' &= ', 'bits'),
    (r' &= (\(uint\d+_t\))?~', r' |= \1', 'bits'),
    (r'\btrue\b', 'false', 'constant'),
    (r'\bfalse\b', 'true', 'constant'),
]
NUMBER = re.compile(r'(?<![\w.])(\d+)(?=[UL]*\b)(?!\w*\.)')
CONDITION = re.compile(r'^(\t+(?:} else )?(?:if|while) \()(.*)(\)(?: \{)?)$')
# A statement on a line of its own: a call, an assignment, an increment.
STATEMENT = re.compile(r'^\t+(?!return\b|goto\b|break\b|continue\b|else\b|if\b|'
                       r'for\b|while\b|do\b|case\b|default\b|struct\b|const\b|'
                       r'static\b|enum\b|unsigned\b|uint\d|size_t\b|bool\b|'
                       r'int\b|vpnalg_time\b)'
                       r'[\w*(][^;{}]*(?:\)|\+\+|--|= [^;{}]+);$')

# The suites to run first for a file, by the beginning of its name; then all.
SUITES = [
    ('general/', ['general']), ('gre/', ['gre']), ('ipsec/', ['ipsec']),
    ('l2tp/', ['l2tp']),
    ('pptp/', ['pptp', 'pptp_control', 'pptp_stream', 'pptp_call',
               'attacks']),
    ('store/', ['table']), ('engine/choose', ['choose']),
    ('engine/search', ['choose', 'session']), ('engine/port', ['choose']),
    ('engine/expire', ['expire']), ('engine/key', ['key']),
    ('engine/packet', ['packet']), ('engine/pool', ['choose']),
    ('engine/process', ['process']), ('engine/record', ['fault', 'session']),
    ('engine/result', ['init']), ('engine/rewrite', ['rewrite']),
    ('engine/session', ['session', 'fault']), ('engine/steer', ['steer']),
    ('engine/open', ['session', 'fault']), ('engine/config', ['init']),
    ('engine/usage', ['session']), ('engine/init', ['init']),
]


def code_lines(text):
    """The numbers of lines that are code: no comments, no directives."""
    comment = False
    for number, line in enumerate(text):
        begins = '/*' in line
        if not comment and not begins and not line.startswith('#') and \
                line.startswith('\t'):
            yield number
        if begins:
            comment = True
        if '*/' in line:
            comment = False


def faults_of_line(line):
    for pattern, new, name in SWAPS:
        for found in re.finditer(pattern, line):
            changed = line[:found.start()] + found.expand(new) + \
                line[found.end():]
            yield name, changed
    for found in NUMBER.finditer(line):
        changed = str(int(found.group(1)) + 1)
        yield 'constant', line[:found.start()] + changed + line[found.end():]
    found = CONDITION.match(line)
    if found:
        yield 'negation', '%s!(%s)%s' % found.groups()
    if STATEMENT.match(line):
        indent = line[:len(line) - len(line.lstrip('\t'))]
        yield 'statement', indent + ';'


def all_faults(tree, prefix):
    faults = []
    for path in sorted(glob.glob(os.path.join(tree, 'lib', '*', '*.c'))):
        name = os.path.relpath(path, os.path.join(tree, 'lib'))
        if not name.startswith(prefix):
            continue
        with open(path) as source:
            text = source.read().split('\n')
        for number in code_lines(text):
            # What is left out may be written over several lines.
            for kind, changed in faults_of_line(text[number]):
                faults.append((name, number, kind, changed))
    return faults


def run(command, directory, environment=None, limit=None):
    """The command's status, or None where it took too long."""
    process = subprocess.Popen(command, cwd=directory, env=environment,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        return process.wait(timeout=limit)
    except BaseException as error:
        os.killpg(process.pid, 9)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return None
        raise


def must(command, directory):
    """The command's output; without it nothing can be tried."""
    return subprocess.run(command, cwd=directory, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def unit_test_files(top):
    """What the makefiles make the program of, their variables expanded."""
    lists = {}
    for name in glob.glob(os.path.join(top, 'tests', '**', 'local.mk'),
                          recursive=True):
        with open(name) as makefile:
            lists.update(re.findall(r'^(\w+) =((?:.*\\\n)*.*)\n',
                                    makefile.read(), re.MULTILINE))
    words = ['$(tests_check_vpnalg_SOURCES)']
    while any(word.startswith('$') for word in words):
        words = [part for word in words for part in
                 (lists[word[2:-1]].replace('\\', '').split()
                  if word.startswith('$') else [word])]
    return [word for word in words if word.endswith('.c')]


class Tree:
    """A copy of the sources, and the objects made of them."""

    def __init__(self, top, work, limit):
        self.work = work
        self.limit = limit
        for name in ('examples', 'include', 'lib', 'tests'):
            shutil.copytree(os.path.join(top, name), os.path.join(work, name),
                            ignore=shutil.ignore_patterns('*.o'))
        self.compiler = os.environ.get('CC', 'cc').split()
        self.flags = ['-std=c11', '-w', '-Iinclude', '-Ilib'] + \
            must(['pkg-config', '--cflags', 'check'], work).split()
        self.libraries = must(['pkg-config', '--libs', 'check'],
                              work).split() + ['-lm']
        self.objects = self.compile_all(top)
        self.suites = None
        if not self.links() or not self.passes_all():
            sys.exit('the tests fail without a fault')
        self.suites = self.all_suites()

    def compile_all(self, top):
        """The object of each source."""
        sources = unit_test_files(top) + [
            os.path.relpath(path, self.work)
            for path in sorted(glob.glob(os.path.join(self.work, 'lib/*/*.c')))]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for source, done in zip(sources, pool.map(self.compiles, sources)):
                if not done:
                    sys.exit(source + ' does not compile')
        return {source: source[:-1] + 'o' for source in sources}

    def compiles(self, source, flags=('-O1', '-g'), to=None):
        command = self.compiler + self.flags + list(flags) + \
            ['-c', source, '-o', to or source[:-1] + 'o']
        return run(command, self.work) == 0

    def links(self):
        command = self.compiler + ['-o', 'check_vpnalg'] + \
            list(self.objects.values()) + self.libraries
        return run(command, self.work) == 0

    def code(self, source):
        """The machine code, without what names its lines."""
        to = os.path.join(self.work, 'code.o')
        self.compiles(source, ['-O2', '-g0'], to)
        with open(to, 'rb') as made:
            return made.read()

    def environment(self):
        return dict(os.environ, CK_FORK='no', srcdir=self.work,
                    CK_TIMEOUT_MULTIPLIER='20')

    def all_suites(self):
        said = subprocess.run(['./check_vpnalg'], cwd=self.work, text=True,
                              env=self.environment(), check=True,
                              stdout=subprocess.PIPE).stdout
        return [line.split(':')[-1].strip() for line in said.split('\n')
                if line.startswith((' ', 'Running suite'))]

    def passes_all(self):
        return run(['./check_vpnalg'], self.work, self.environment()) == 0

    def passes(self, suite):
        environment = dict(self.environment(), CK_RUN_SUITE=suite)
        return run(['./check_vpnalg'], self.work, environment,
                   self.limit) == 0

    def notices(self, name):
        first = next((s for p, s in SUITES if name.startswith(p)), [])
        rest = [suite for suite in self.suites if suite not in first]
        return any(not self.passes(suite) for suite in first + rest)

    def read(self, name):
        with open(os.path.join(self.work, 'lib', name)) as source:
            return source.read()

    def write(self, name, text):
        with open(os.path.join(self.work, 'lib', name), 'w') as source:
            source.write(text)


# What became of a fault.
NOTICED, SURVIVED, SAME, IN_VAIN = range(4)


def try_fault(tree, fault):
    name, number, _, changed = fault
    source = os.path.join('lib', name)
    before = tree.read(name)
    lines = before.split('\n')
    lines[number] = changed
    tree.write(name, '\n'.join(lines))
    try:
        if not tree.compiles(source) or not tree.links():
            return IN_VAIN
        if tree.notices(name):
            return NOTICED
        code = tree.code(source)
    finally:
        tree.write(name, before)
        tree.compiles(source)
    return SAME if code == tree.code(source) else SURVIVED


def show(tree, fault, result):
    name, number, kind, changed = fault
    before = tree.read(name).split('\n')[number]
    print('lib/%s:%d: %s%s\n  - %s\n  + %s' %
          (name, number + 1, kind,
           ' (the machine code is the same)' if result == SAME else '',
           before.strip(), changed.strip()), flush=True)


def reported(tree, faults, report):
    """Those of the faults that an earlier run printed; lines may have moved."""
    with open(report) as text:
        printed = re.findall(r'^lib/(\S+?):.*\n  - (.*)\n  \+ (.*)$',
                             text.read(), re.MULTILINE)
    return [fault for fault in faults
            if (fault[0], tree.read(fault[0]).split('\n')[fault[1]].strip(),
                fault[3].strip()) in printed]


def drawn(tree, options):
    faults = all_faults(tree.work, options.f)
    if options.r:
        return reported(tree, faults, options.r)
    random.Random(options.s).shuffle(faults)
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=150)
    parser.add_argument('-s', type=int, default=1)
    parser.add_argument('-f', default='')
    parser.add_argument('-r')
    parser.add_argument('-w', type=int, default=60)
    options = parser.parse_args()
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
    work = tempfile.mkdtemp(prefix='vpnalg-mutate.')
    count = [0] * 4
    try:
        tree = Tree(top, work, options.w)
        for fault in drawn(tree, options):
            if sum(count[:IN_VAIN]) == options.n:
                break
            result = try_fault(tree, fault)
            count[result] += 1
            if result in (SURVIVED, SAME):
                show(tree, fault, result)
    except KeyboardInterrupt:
        pass
    finally:
        print('%d of %d faults noticed, seed %d; %d leave the machine code '
              'as it was' % (count[NOTICED], sum(count[:IN_VAIN]), options.s,
                             count[SAME]))
        shutil.rmtree(work)


if __name__ == '__main__':
    main()
