#!/usr/bin/env python3
"""Trains the two small digit classifiers of this folder and writes everything committed beside it.

    /usr/bin/python3 models/digits/train.py

Needs PyTorch, scikit-learn and onnx (Debian: python3-torch python3-sklearn python3-onnx). One thread and fixed
seeds, so a second run on the same versions gives the same files.
"""

import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import sklearn
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from onnx_export import to_onnx

SEED = 7
EPOCHS = 60
TEST_IMAGES = 450
CALIBRATION_IMAGES = 200


def data():
    """Images as float32 in 0..1 (pixel / 16, exact in binary), flattened to (N, 64), and int64 labels."""
    digits = load_digits()
    images = (digits.data / 16.0).astype(np.float32)
    labels = digits.target.astype(np.int64)
    return train_test_split(images, labels, test_size=TEST_IMAGES, stratify=labels, random_state=SEED)


def mlp(widths):
    """Fully connected layers of the given widths with ReLU between them; the last one gives logits."""
    layers = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:]), start=1):
        layers.append((f"fc{i}", torch.nn.Linear(inputs, outputs)))
        if i < len(widths) - 1:
            layers.append((f"relu{i}", torch.nn.ReLU()))
    return torch.nn.Sequential(OrderedDict(layers))


def shifted(images, generator):
    """Each 8x8 image moved by -1, 0 or 1 pixel in y and x, what leaves the frame is lost: new handwriting for free."""
    frame = torch.nn.functional.pad(images.view(-1, 8, 8), (1, 1, 1, 1))
    dy, dx = torch.randint(0, 3, (2, len(images)), generator=generator)
    rows = dy[:, None] + torch.arange(8)
    columns = dx[:, None] + torch.arange(8)
    moved = frame[torch.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved.reshape(-1, 64)


def train(widths, images, labels):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = mlp(widths)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
    batches = -(-len(images) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=8e-3, total_steps=EPOCHS * batches)
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    for _ in range(EPOCHS):
        order = torch.randperm(len(x), generator=generator)
        for batch in order.split(64):
            # Half of the batches as they are: the shifts regularise, the test set is centred.
            inputs = shifted(x[batch], generator) if torch.rand(1, generator=generator) < 0.5 else x[batch]
            loss = torch.nn.functional.cross_entropy(model(inputs), y[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    train_images, test_images, train_labels, test_labels = data()
    # Calibration images come out of the training set: the test set stays unseen by every step.
    _, calibration, _, calibration_labels = train_test_split(
        train_images, train_labels, test_size=CALIBRATION_IMAGES, stratify=train_labels, random_state=SEED
    )
    np.savez_compressed(HERE / "digits-calibration.npz", images=calibration, labels=calibration_labels)
    np.savez_compressed(HERE / "digits-test.npz", images=test_images, labels=test_labels)
    print(f"torch {torch.__version__}, scikit-learn {sklearn.__version__}, onnx {onnx.__version__}, seed {SEED}")
    print(f"images: {len(train_images)} training (of them {len(calibration)} calibration), {len(test_images)} test")
    for name, widths in {"digits-mlp": (64, 32, 10), "digits-mlp2": (64, 32, 32, 10)}.items():
        model = train(widths, train_images, train_labels)
        with torch.no_grad():
            right = [
                int((model(torch.from_numpy(x)).argmax(1).numpy() == y).sum())
                for x, y in ((train_images, train_labels), (test_images, test_labels))
            ]
        onnx.save(to_onnx(model, name, "matchmul models/digits", [64]), HERE / f"{name}.onnx")
        print(
            f"{name}.onnx {'-'.join(map(str, widths))}: training {right[0]}/{len(train_images)}"
            f" = {right[0] / len(train_images):.2%}, test {right[1]}/{len(test_images)}"
            f" = {right[1] / len(test_images):.2%}"
        )


if __name__ == "__main__":
    main()
