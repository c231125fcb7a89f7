#!/usr/bin/env python3
"""Trains mini-AlexNet on CIFAR-10 and writes its ONNX file and calibration images.

    /usr/bin/python3 models/mini-alexnet/train.py --data cifar-10-batches-bin

The folder holds data_batch_1.bin to data_batch_5.bin and test_batch.bin of cifar-10-binary.tar.gz
(https://www.cs.toronto.edu/~kriz/cifar.html). Needs PyTorch and onnx (Debian: python3-torch python3-onnx). Then
models/quantize.ts makes the int8 model.
"""

import argparse
import sys
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from torch.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from onnx_export import to_onnx

RECORD = 1 + 3 * 32 * 32  # the label, then a plane of 32x32 pixels for red, green and blue
SHIFT = 4  # pixels
CALIBRATION_PER_CLASS = 50


def network():
    """3x32x32, 64x34x34, 64x17x17, 192x17x17, 192x8x8, 384x8x8, 384x2x2, 1536, 4096, 2048, 10: 15,476,416 weights."""
    return torch.nn.Sequential(
        OrderedDict(
            conv1=Conv2d(3, 64, 3, padding=2),
            relu1=ReLU(),
            pool1=MaxPool2d(2),
            conv2=Conv2d(64, 192, 3, padding=1),
            relu2=ReLU(),
            pool2=MaxPool2d(2),
            conv3=Conv2d(192, 384, 3, padding=1),
            relu3=ReLU(),
            pool3=MaxPool2d(4),
            flatten=Flatten(),
            dropout1=Dropout(0.3),
            fc1=Linear(1536, 4096),
            relu4=ReLU(),
            dropout2=Dropout(0.3),
            fc2=Linear(4096, 2048),
            relu5=ReLU(),
            fc3=Linear(2048, 10),
        )
    )


def initialised(model):
    """He's initialisation: without normalisation layers the default one starts too small."""
    for module in model.modules():
        if isinstance(module, (Conv2d, Linear)):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            torch.nn.init.zeros_(module.bias)
    torch.nn.init.normal_(model.fc3.weight, std=0.01)
    return model


def read(paths):
    """Images uint8 (N, 3, 32, 32) and labels int64 of files of CIFAR-10's binary version."""
    images, labels = [], []
    for path in paths:
        try:
            content = np.fromfile(path, np.uint8)
        except OSError as cause:
            sys.exit(f"{path} cannot be read: {cause.strerror}; --data is the folder with CIFAR-10's *.bin files")
        if len(content) == 0 or len(content) % RECORD != 0:
            sys.exit(f"{path} is not a file of CIFAR-10's binary version: its size is no multiple of {RECORD}")
        records = content.reshape(-1, RECORD)
        if records[:, 0].max() > 9:
            sys.exit(f"{path} is not a file of CIFAR-10's binary version: it has a label above 9")
        labels.append(records[:, 0].astype(np.int64))
        images.append(records[:, 1:].reshape(-1, 3, 32, 32))
    return torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(labels))


def centred(images):
    """(pixel - 128) / 128, exact in binary."""
    return (images.float() - 128) / 128


def augmented(images, generator):
    """Each image moved by up to 4 pixels, what comes in is grey (128, the zero of the input), and half of them mirrored."""
    side = images.shape[-1]
    frame = torch.nn.functional.pad(images, (SHIFT,) * 4, value=128)
    dy, dx = torch.randint(0, 2 * SHIFT + 1, (2, len(images)), generator=generator)
    rows, columns = dy[:, None] + torch.arange(side), dx[:, None] + torch.arange(side)
    mirror = torch.rand(len(images), generator=generator) < 0.5
    columns = torch.where(mirror[:, None], columns.flip(1), columns)
    n, c = torch.arange(len(images)), torch.arange(3)
    return frame[n[:, None, None, None], c[None, :, None, None], rows[:, None, :, None], columns[:, None, None, :]]


def train(model, images, labels, options):
    generator = torch.Generator().manual_seed(options.seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=options.rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
    batches = len(images) // options.batch
    if batches == 0:
        sys.exit(f"{len(images)} training images are fewer than a batch of {options.batch}")
    total = min(options.epochs * batches, options.steps or sys.maxsize)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=options.rate, total_steps=total, pct_start=0.25)
    step, started, losses = 0, time.time(), []
    while step < total:
        order = torch.randperm(len(images), generator=generator)[: batches * options.batch]
        for batch in order.split(options.batch)[: total - step]:
            logits = model(centred(augmented(images[batch], generator)))
            loss = torch.nn.functional.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            step += 1
            losses.append(float(loss))
            if step % 50 == 0 or step == total:
                mean, seconds = np.mean(losses[-50:]), time.time() - started
                print(f"step {step}/{total}: loss {mean:.3f}, {seconds:.0f} s", file=sys.stderr)
    return model.eval()


def right(model, images, labels):
    with torch.no_grad():
        parts = zip(images.split(250), labels.split(250))
        return sum(int((model(centred(x)).argmax(1) == y).sum()) for x, y in parts)


def calibration(images, labels):
    """The first images of each class, as image files have them: (N, 32, 32, 3)."""
    chosen = torch.cat([torch.nonzero(labels == c).flatten()[:CALIBRATION_PER_CLASS] for c in range(10)])
    return images[chosen].permute(0, 2, 3, 1).contiguous().numpy(), labels[chosen].numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with CIFAR-10's *.bin files")
    parser.add_argument("--out", type=Path, default=HERE.parent.parent / "out/mini-alexnet", help="where the files go")
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--steps", type=int, help="end after so many batches")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.02, help="highest learning rate of the one cycle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, help="of PyTorch; default: as many as it likes")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    images, labels = read([options.data / f"data_batch_{i}.bin" for i in range(1, 6)])
    test_images, test_labels = read([options.data / "test_batch.bin"])
    torch.manual_seed(options.seed)
    model = train(initialised(network()), images, labels, options)
    weights = sum(p.numel() for name, p in model.named_parameters() if name.endswith("weight"))
    options.out.mkdir(parents=True, exist_ok=True)
    onnx.save(to_onnx(model, "mini-alexnet", "matchmul models/mini-alexnet", [3, 32, 32]), options.out / "mini-alexnet.onnx")
    chosen, classes = calibration(images, labels)
    np.savez_compressed(options.out / "cifar10-calibration.npz", images=chosen, labels=classes)
    count = right(model, test_images, test_labels)
    print(f"torch {torch.__version__}, onnx {onnx.__version__}, seed {options.seed}, rate {options.rate}")
    print(f"mini-alexnet.onnx, {weights:,} weights: test {count}/{len(test_labels)} = {count / len(test_labels):.2%}")


if __name__ == "__main__":
    main()
