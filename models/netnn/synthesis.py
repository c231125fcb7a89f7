"""Labelled packets, made up. They are no measurement of any network: a model trained on them shows that the whole way
from bytes to a verdict works, not that it finds real attacks."""

import attacks
import benign
import numpy as np

PACKET_BYTES = 810


def as_row(packet):
    """The first 810 bytes, zeros behind a shorter packet."""
    row = np.zeros(PACKET_BYTES, np.uint8)
    cut = np.frombuffer(packet[:PACKET_BYTES], np.uint8)
    row[: len(cut)] = cut
    return row


def noisy(row, rng):
    """Three in ten packets have up to 2 % of their bytes behind the headers replaced, as by an encoding nobody knows."""
    if rng.random() >= 0.3:
        return row
    at = 40 + np.flatnonzero(rng.random(PACKET_BYTES - 40) < rng.uniform(0, 0.02))
    at = at[row[at] != 0]
    row[at] = rng.integers(0, 256, len(at))
    return row


def packets(count, seed):
    """`count` packets, half of them attacks: uint8 (count, 810), labels (1 = attack), and each one's kind."""
    rng = np.random.default_rng(seed)
    rows, labels, kinds = [], [], []
    tables = []
    for module in (benign, attacks):
        names = list(module.KINDS)
        weights = np.array([module.KINDS[n][1] for n in names], float)
        tables.append((names, weights / weights.sum(), module.KINDS))
    for _ in range(count):
        label = int(rng.integers(2))
        names, chances, functions = tables[label]
        kind = names[int(rng.choice(len(names), p=chances))]
        rows.append(noisy(as_row(functions[kind][0](rng)), rng))
        labels.append(label)
        kinds.append(kind)
    return np.stack(rows), np.array(labels, np.int64), kinds
