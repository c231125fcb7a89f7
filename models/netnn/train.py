#!/usr/bin/env python3
"""Trains NetNN, intrusion detection on raw packet bytes, and writes its ONNX file and archives.

    /usr/bin/python3 models/netnn/train.py                          # synthetic packets: makes the committed files
    /usr/bin/python3 models/netnn/train.py --packets mine.npz --out out/netnn

The .npz holds `packets`, uint8 (N, bytes), and `labels`, 1 for an attack; a fifth of it is kept for testing. Needs
PyTorch and onnx (Debian: python3-torch python3-onnx). One thread and fixed seeds. Then models/quantize.ts.
"""

import argparse
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from synthesis import PACKET_BYTES, packets
from torch.nn import Conv1d, Dropout, Flatten, Linear, MaxPool1d, ReLU

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from onnx_export import to_onnx

SEED = 11
PER_EPOCH, TEST, CALIBRATION = 20000, 1000, 200
BATCH = 128


def network():
    """The architecture of NetNN: 1x810, 32x806, 32x161, 64x157, 64x31, 1984, 52, 100, 1; 118,868 weights."""
    return torch.nn.Sequential(
        OrderedDict(
            conv1=Conv1d(1, 32, 5),
            relu1=ReLU(),
            pool1=MaxPool1d(5),
            conv2=Conv1d(32, 64, 5),
            relu2=ReLU(),
            pool2=MaxPool1d(5),
            flatten=Flatten(),
            dropout=Dropout(0.3),
            fc1=Linear(1984, 52),
            relu3=ReLU(),
            fc2=Linear(52, 100),
            relu4=ReLU(),
            fc3=Linear(100, 1),
        )
    )


def centred(rows):
    """(byte - 128) / 128, exact in binary."""
    return ((torch.from_numpy(rows).float() - 128) / 128).unsqueeze(1)


def train(epochs, packets_of):
    """`packets_of(epoch)` gives each epoch's packets and labels."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model, optimizer, schedule = network(), None, None
    for epoch in range(epochs):
        rows, labels = packets_of(epoch)
        targets = torch.from_numpy(labels).float()
        if optimizer is None:
            optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
            steps = epochs * -(-len(rows) // BATCH)
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-3, total_steps=steps)
        total = 0.0
        for batch in torch.randperm(len(rows), generator=generator).split(BATCH):
            logits = model(centred(rows[batch.numpy()])).squeeze(1)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss) * len(batch)
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(rows):.4f}", file=sys.stderr)
    return model.eval()


def verdicts(model, rows):
    """1 where the logit is positive."""
    with torch.no_grad():
        return torch.cat([model(centred(part)).squeeze(1) > 0 for part in np.array_split(rows, -(-len(rows) // 500))])


def own_packets(path):
    """The user's packets, cut or padded to 810 bytes and split by a fixed seed."""
    archive = np.load(path)
    given, labels = archive["packets"], archive["labels"].astype(np.int64)
    if given.dtype != np.uint8 or given.ndim != 2 or labels.shape != (len(given),) or not set(labels) <= {0, 1}:
        sys.exit(f"{path}: packets must be uint8 (N, bytes) and labels N times 0 or 1")
    rows = np.zeros((len(given), PACKET_BYTES), np.uint8)
    width = min(PACKET_BYTES, given.shape[1])
    rows[:, :width] = given[:, :width]
    order = np.random.default_rng(SEED).permutation(len(rows))
    test, rest = np.split(order, [max(1, len(rows) // 5)])
    return (rows[rest], labels[rest]), (rows[test], labels[test], None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packets", help="a .npz of your own instead of synthetic packets")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--out", type=Path, default=HERE, help="where the files go")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    if options.packets:
        own, test = own_packets(options.packets)
        packets_of = lambda epoch: own
    else:
        # New packets every epoch, so that there is nothing to learn by heart.
        packets_of = lambda epoch: packets(PER_EPOCH, SEED * 1000 + epoch)[:2]
        test = packets(TEST, SEED)
    model = train(options.epochs, packets_of)
    rows, labels = packets_of(0)
    options.out.mkdir(parents=True, exist_ok=True)
    onnx.save(to_onnx(model, "netnn", "matchmul models/netnn", [1, PACKET_BYTES], "packet"), options.out / "netnn.onnx")
    np.savez_compressed(options.out / "netnn-calibration.npz", packets=rows[:CALIBRATION], labels=labels[:CALIBRATION])
    np.savez_compressed(options.out / "netnn-test.npz", packets=test[0], labels=test[1])
    weights = sum(p.numel() for name, p in model.named_parameters() if name.endswith("weight"))
    print(f"torch {torch.__version__}, onnx {onnx.__version__}, numpy {np.__version__}, seed {SEED}")
    print(f"netnn.onnx, {weights:,} weights, {options.epochs} epochs of {len(rows):,} packets")
    report(model, *test)


def report(model, rows, labels, kinds):
    found = verdicts(model, rows).numpy().astype(int)
    right = int((found == labels).sum())
    alarms, missed = int(((found == 1) & (labels == 0)).sum()), int(((found == 0) & (labels == 1)).sum())
    print(f"test {right}/{len(labels)} = {right / len(labels):.2%}; {alarms} false alarms, {missed} attacks missed")
    if kinds:
        wrong = [kind for kind, f, l in zip(kinds, found, labels) if f != l]
        print("wrong by kind:", ", ".join(f"{k} {wrong.count(k)}/{kinds.count(k)}" for k in sorted(set(wrong))))


if __name__ == "__main__":
    main()
