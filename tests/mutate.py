#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Do the unit tests notice a small fault?

mutate.py [-n FAULTS] [-s SEED] [-f PREFIX] [-w SECONDS]

Builds a copy of the tree, puts small faults into lib/ one at a time (another
comparison, a negated condition, another constant, a statement left out), and
runs the unit tests on each. Prints the faults that no test noticed, and how
many were noticed. The same seed draws the same faults from the same tree.

-n  how many faults (150)
-s  the seed (1)
-f  only files of lib/ that begin so
-w  a test that takes longer has noticed the fault (120)
"""

import argparse
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
    ('general', ['general']), ('gre', ['gre']), ('ipsec', ['ipsec']),
    ('l2tp', ['l2tp']),
    ('pptp', ['pptp', 'pptp_control', 'pptp_stream', 'pptp_call', 'attacks']),
    ('choose', ['choose']), ('search', ['choose', 'session']),
    ('port', ['choose']), ('expire', ['expire']), ('key', ['key']),
    ('packet', ['packet']), ('pool', ['choose']), ('process', ['process']),
    ('record', ['fault', 'session']), ('result', ['init']),
    ('rewrite', ['rewrite']), ('session', ['session', 'fault']),
    ('steer', ['steer']), ('table', ['table']), ('usage', ['session']),
    ('vpnalg', ['init']),
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
    for path in sorted(glob.glob(os.path.join(tree, 'lib', prefix + '*.c'))):
        with open(path) as source:
            text = source.read().split('\n')
        for number in code_lines(text):
            # What is left out may be written over several lines.
            for name, changed in faults_of_line(text[number]):
                faults.append((os.path.basename(path), number, name, changed))
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


class Tree:
    """A copy of the tree that is built beside it."""

    def __init__(self, top, work, limit):
        self.source = os.path.join(work, 'source')
        self.build = os.path.join(work, 'build')
        self.limit = limit
        shutil.copytree(top, self.source,
                        ignore=shutil.ignore_patterns('.git', '*.o'))
        os.mkdir(self.build)
        if not os.path.exists(os.path.join(self.source, 'configure')):
            subprocess.run(['./autogen.sh'], cwd=self.source, check=True,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        compiler = os.environ.get('CC', 'cc')
        subprocess.run([os.path.join(self.source, 'configure'),
                        '--enable-tests', '--disable-shared', '-q',
                        'CC=' + compiler, 'CFLAGS=-O1 -g -w'],
                       cwd=self.build, check=True,
                       stdout=subprocess.DEVNULL)
        if not self.compiles() or not self.passes(''):
            sys.exit('the tests fail without a fault')

    def compiles(self):
        return run(['make', '-j2', 'tests/check_vpnalg'], self.build) == 0

    def passes(self, suite):
        environment = dict(os.environ, CK_FORK='no', srcdir=self.source,
                           CK_TIMEOUT_MULTIPLIER='20')
        if suite:
            environment['CK_RUN_SUITE'] = suite
        return run(['tests/check_vpnalg'], self.build, environment,
                   self.limit) == 0

    def notices(self, name):
        suites = next((s for p, s in SUITES if name.startswith(p)), [])
        return any(not self.passes(suite) for suite in suites + [''])

    def read(self, name):
        with open(os.path.join(self.source, 'lib', name)) as source:
            return source.read()

    def write(self, name, text):
        with open(os.path.join(self.source, 'lib', name), 'w') as source:
            source.write(text)


def try_fault(tree, fault):
    """True or False: noticed or not; None: it does not compile."""
    name, number, _, changed = fault
    before = tree.read(name)
    lines = before.split('\n')
    lines[number] = changed
    tree.write(name, '\n'.join(lines))
    try:
        return tree.notices(name) if tree.compiles() else None
    finally:
        tree.write(name, before)


def show(tree, fault):
    name, number, kind, changed = fault
    before = tree.read(name).split('\n')[number]
    print('lib/%s:%d: %s\n  - %s\n  + %s' %
          (name, number + 1, kind, before.strip(), changed.strip()),
          flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=150)
    parser.add_argument('-s', type=int, default=1)
    parser.add_argument('-f', default='')
    parser.add_argument('-w', type=int, default=120)
    options = parser.parse_args()
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
    work = tempfile.mkdtemp(prefix='vpnalg-mutate.')
    tried = noticed = 0
    try:
        tree = Tree(top, work, options.w)
        faults = all_faults(tree.source, options.f)
        random.Random(options.s).shuffle(faults)
        for fault in faults:
            if tried == options.n:
                break
            result = try_fault(tree, fault)
            if result is None:
                continue
            tried += 1
            noticed += result
            if not result:
                show(tree, fault)
    except KeyboardInterrupt:
        pass
    finally:
        print('%d of %d faults noticed, seed %d' %
              (noticed, tried, options.s))
        shutil.rmtree(work)


if __name__ == '__main__':
    main()
