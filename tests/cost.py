#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds the cost of single calls to its bounds.

cost.py [-v] [STATE...]

Builds tests/cost/ with the library, optimised whatever else is built, and runs
it under callgrind. Every measured call must stay within the instructions that
BOUNDS allows. Skipped where valgrind is not there.
"""

import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

# Instructions: at least so many are allowed, and so many for each unit (a byte
# of a packet from its IP header on, or a unit of vpnalg_expire()'s budget).
BOUNDS = {
    'packet': (12000, 0),
    'control': (12000, 100),
    'sweep': (0, 189),
    'refused': (5650, 0),  # the first one, and the twenty-thousandth
}

# Instructions for a packet of an established session, alone in its call, by state:
# what is measured and 3 % more.
ESTABLISHED = {
    'general-udp': 611,
    'policy-established': 611,  # no more than without a policy
    'general-tcp': 708,
    'nat-t': 627,
    'keyed-gre': 1259,
    'pptp-calls': 851,
    'esp-established': 1708,
    'esp-several': 1821,
    'esp-quick': 607,
    'l2tp-tunnels': 748,
    'l2tp-over-ip': 1541,
    'l2tp-foreign': 989,
    'l2tp2-data': 1583,
    'l2tp2-data-shared': 1625,
    'l2tp3-data': 1542,
    'l2tp3-data-shared': 1589,
    'l2tp3-data-over-ip': 1403,
    'port-1701-foreign': 989,
    # A service has no sessions: the handlers' keys are tried first.
    'service-udp': 1599,
    'service-l2tp': 3393,
    'service-l2tp-behind-nat': 3287,
    'service-nat-t': 2590,
}


def build(top, work):
    program = os.path.join(work, 'cost')
    sources = sorted(glob.glob(os.path.join(top, 'lib', '*', '*.c')) +
                     glob.glob(os.path.join(top, 'tests', 'cost', '*.c')))
    compiler = os.environ.get('CC', 'cc').split()
    # All symbols are bound at the start: else who first calls one pays for it.
    subprocess.run(compiler + ['-std=c11', '-O2', '-g', '-Wl,-z,now', '-I',
                               os.path.join(top, 'include'), '-o', program] +
                   sources, check=True)
    return program


def prefetches(program):
    """Whether the bundled store still fetches ahead: a bucket, and two units of
    a record. A compiler may take what only prefetches for what has no effect."""
    if shutil.which('objdump') is None or \
            platform.machine() not in ('x86_64', 'aarch64'):
        return True
    code = subprocess.run(['objdump', '-d', '--no-show-raw-insn', program,
                           '--disassemble=vpnalg_table_prefetch'], check=True,
                          stdout=subprocess.PIPE,
                          universal_newlines=True).stdout
    if len(re.findall(r'\t(prefetch|prfm)', code)) >= 3:
        return True
    print('vpnalg_table_prefetch() prefetches less than it should')
    return False


def count(program, work, states):
    """Runs it; returns its lines, and the instructions of each call."""
    out = os.path.join(work, 'out')
    options = ['--tool=callgrind', '--callgrind-out-file=' + out]
    options += ['--toggle-collect=cost_call', '--dump-after=cost_call']
    run = subprocess.run(['valgrind', '-q'] + options + [program] + states,
                         check=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, universal_newlines=True)
    costs = []
    for n in range(1, len(run.stdout.splitlines()) + 1):
        with open('%s.%d' % (out, n)) as dump:
            costs.append(int(re.search(r'^totals: (\d+)$', dump.read(),
                                       re.M).group(1)))
    return run.stdout.splitlines(), costs


def judge(lines, costs, verbose):
    """The dearest call of each state and kind; returns how many fail."""
    worst = {}
    for line, cost in zip(lines, costs):
        state, kind, units, result = line.split('\t')
        least, each = (ESTABLISHED[state], 0) if kind == 'established' \
            else BOUNDS[kind]
        bound = max(least, each * int(units))
        rows = worst.setdefault((state, kind), [])
        rows.append((cost / bound, cost, bound, int(units), result))
    failed = 0
    for (state, kind), rows in worst.items():
        share, cost, bound, units, result = max(rows)
        failed += share > 1
        if verbose or share > 1:
            print('%-28s %-12s %6d calls, dearest %8d of %8d (%d units, %s)%s'
                  % (state, kind, len(rows), cost, bound, units, result,
                     '  TOO DEAR' if share > 1 else ''))
    return failed


def main():
    arguments = sys.argv[1:]
    verbose = '-v' in arguments
    states = [a for a in arguments if a != '-v']
    top = os.environ.get('top_srcdir', os.path.join(
        os.path.dirname(os.path.abspath(__file__)), '..'))
    if shutil.which('valgrind') is None:
        print('SKIP: no valgrind')
        return 77
    if '-fsanitize' in os.environ.get('CFLAGS', ''):
        print('SKIP: once is enough, and no sanitizers are needed here')
        return 77
    work = tempfile.mkdtemp()
    try:
        program = build(top, work)
        lines, costs = count(program, work, states)
        failed = judge(lines, costs, verbose) + (not prefetches(program))
        print('%d calls measured, %d states fail' % (len(lines), failed))
        return 1 if failed or not lines else 0
    finally:
        shutil.rmtree(work)


if __name__ == '__main__':
    sys.exit(main())
