#!/usr/bin/env python3
"""Makes native/cpu/vec/polynomials.h: the polynomials behind exp, tanh and both forms of GELU.

Weighted minimax fits by Remez's exchange in double precision, rounded to float at the end. Plain Python, no packages:
    python3 native/cpu/fit_polynomials.py > native/cpu/vec/polynomials.h
What float arithmetic makes of them is measured by test/native/activation.cc, not here.
"""
import math
import struct

GRID = 4000  # points on which an error curve is searched for its extremes


def solve(matrix, right):
    """Gaussian elimination with row pivoting."""
    n = len(right)
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            for c in range(i, n + 1):
                rows[r][c] -= factor * rows[i][c]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][c] * x[c] for c in range(i + 1, n))) / rows[i][i]
    return x


def chebyshev(count, v):
    """T_0(v) .. T_count-1(v)."""
    values = [1.0, v]
    while len(values) < count:
        values.append(2 * v * values[-1] - values[-2])
    return values[:count]


def monomials(coefficients):
    """Chebyshev coefficients to powers of v."""
    before, current = [1.0], [0.0, 1.0]
    total = [0.0] * len(coefficients)
    for c in coefficients:
        for power, value in enumerate(before):
            total[power] += c * value
        following = [0.0] + [2 * value for value in current]
        for power, value in enumerate(before):
            following[power] -= value
        before, current = current, following
    return total


def alternating_extremes(points, errors, count):
    """The `count` alternating extremes that hold the largest errors: one a sign run, the smaller end dropped."""
    runs = []
    for point, error in zip(points, errors):
        if runs and (error < 0) == (runs[-1][1] < 0):
            if abs(error) > abs(runs[-1][1]):
                runs[-1] = (point, error)
        else:
            runs.append((point, error))
    while len(runs) > count:
        runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
    return [point for point, _ in runs]


def minimax(terms, low, high, v, weight, target):
    """P of `terms` powers of v(x) that minimises max |weight(x) P(v(x)) - target(x)| over low <= x <= high."""
    angles = [math.pi * i / GRID for i in range(GRID + 1)]
    points = [(low + high) / 2 - (high - low) / 2 * math.cos(a) for a in angles]
    nodes = [points[round(GRID * (i + 0.5) / (terms + 1))] for i in range(terms + 1)]
    for _ in range(50):
        rows = [[weight(x) * t for t in chebyshev(terms, v(x))] + [(-1) ** i] for i, x in enumerate(nodes)]
        *coefficients, level = solve(rows, [target(x) for x in nodes])
        errors = [
            weight(x) * sum(c * t for c, t in zip(coefficients, chebyshev(terms, v(x)))) - target(x) for x in points
        ]
        worst = max(map(abs, errors))
        if worst <= abs(level) * 1.001:
            break
        found = alternating_extremes(points, errors, terms + 1)
        if len(found) < terms + 1:
            break
        nodes = found
    return monomials(coefficients), worst


def as_float(value):
    return struct.unpack('f', struct.pack('f', value))[0]


def show(name, note, coefficients):
    print(f'// {note}')
    values = ', '.join(f'{as_float(c):.9g}f'.replace('e-0', 'e-') for c in reversed(coefficients))
    print(f'constexpr float {name}[] = {{{values}}};')


def gelu(name, terms, limit, g):
    """g(x) ~ x P(2 x^2 / limit^2 - 1) on |x| <= limit. The error that matters is that of 0.5 x (1 + g)."""
    coefficients, worst = minimax(
        terms, 1e-3, limit, lambda x: 2 * x * x / (limit * limit) - 1, lambda x: 0.5 * x * x, lambda x: 0.5 * x * g(x)
    )
    show(f'k{name}', f'g(x) ~ x P(2 x^2 / limit^2 - 1) below the limit, sign(x) above; GELU within {worst:.1e}', coefficients)
    print(f'constexpr float k{name}Limit = {limit}f;')


def main():
    print('// Coefficients, highest power first. Made by native/cpu/fit_polynomials.py: change them there.')
    print('// Included inside the namespace of an instruction set.')
    print('#pragma once')
    print()
    half = math.log(2) / 2
    # exp(r) = 1 + r + r^2 Q(r): exact at 0, so that the largest score of a softmax is 1 to the bit.
    safe = lambda r: r if abs(r) > 1e-4 else 1e-4
    coefficients, worst = minimax(
        5, -half, half, lambda r: r / half, lambda r: safe(r) ** 2 / math.exp(safe(r)),
        lambda r: (math.exp(safe(r)) - 1 - safe(r)) / math.exp(safe(r)),
    )
    coefficients = [c / half**power for power, c in enumerate(coefficients)]
    show('kExp', f'exp(r) ~ 1 + r + r^2 Q(r) for |r| <= ln(2) / 2, relative error {worst:.1e}', coefficients)
    print()
    edge = 0.625
    square = lambda x: 2 * x * x / (edge * edge) - 1
    coefficients, worst = minimax(
        5, 1e-2, edge, square, lambda x: x**3 / math.tanh(x), lambda x: (math.tanh(x) - x) / math.tanh(x)
    )
    # Powers of v = 2 x^2 / edge^2 - 1 rewritten as powers of x^2: harmless at five terms.
    plain = [0.0] * len(coefficients)
    for power, c in enumerate(coefficients):
        for i in range(power + 1):
            plain[i] += c * math.comb(power, i) * (2 / (edge * edge)) ** i * (-1) ** (power - i)
    show('kTanh', f'tanh(x) ~ x + x^3 Q(x^2) for |x| <= {edge}, relative error {worst:.1e}', plain)
    print(f'constexpr float kTanhLimit = {edge}f;')
    print()
    erf = lambda x: math.erf(x / math.sqrt(2))
    tanh = lambda x: math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    gelu('Gelu', 14, 5.4, erf)
    print()
    gelu('GeluNew', 14, 5.1, tanh)
    print()
    # For results that are rounded to bfloat16 or int8.
    gelu('LowGelu', 9, 4.4, erf)
    print()
    gelu('LowGeluNew', 9, 4.3, tanh)


main()
