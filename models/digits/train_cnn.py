#!/usr/bin/env python3
"""Trains the small convolutional digit classifier of this folder and writes its ONNX file and archives.

    /usr/bin/python3 models/digits/train_cnn.py

Same images, split and packages as train.py, but as 1x8x8 images. The last step, quantization, is models/quantize.ts.
"""

from collections import OrderedDict

import numpy as np
import onnx
import sklearn
import torch
from sklearn.model_selection import train_test_split
from torch.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from train import CALIBRATION_IMAGES, HERE, SEED, data, shifted

from onnx_export import to_onnx

EPOCHS = 40
BATCH = 64


def network():
    """1x8x8, 32x8x8, 32x4x4, 32x4x4, 32x2x2, 10 logits: 10,784 weights."""
    return torch.nn.Sequential(
        OrderedDict(
            conv1=Conv2d(1, 32, 3, padding=1),
            relu1=ReLU(),
            pool1=MaxPool2d(2),
            conv2=Conv2d(32, 32, 3, padding=1),
            relu2=ReLU(),
            pool2=MaxPool2d(2),
            flatten=Flatten(),
            dropout=Dropout(0.2),
            fc1=Linear(128, 10),
        )
    )


def train(images, labels):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-2)
    batches = -(-len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=EPOCHS * batches)
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x), generator=generator).split(BATCH):
            # Half of the batches as they are, as in train.py.
            inputs = shifted(x[batch], generator) if torch.rand(1, generator=generator) < 0.5 else x[batch]
            logits = model(inputs.view(-1, 1, 8, 8))
            loss = torch.nn.functional.cross_entropy(logits, y[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def right(model, images, labels):
    with torch.no_grad():
        return int((model(torch.from_numpy(images).view(-1, 1, 8, 8)).argmax(1).numpy() == labels).sum())


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    train_images, test_images, train_labels, test_labels = data()
    # The calibration images of train.py: out of the training set.
    _, calibration, _, calibration_labels = train_test_split(
        train_images, train_labels, test_size=CALIBRATION_IMAGES, stratify=train_labels, random_state=SEED
    )
    for name, images, labels in (("calibration", calibration, calibration_labels), ("test", test_images, test_labels)):
        np.savez_compressed(HERE / f"digits-cnn-{name}.npz", images=images.reshape(-1, 1, 8, 8), labels=labels)
    print(f"torch {torch.__version__}, scikit-learn {sklearn.__version__}, onnx {onnx.__version__}, seed {SEED}")
    model = train(train_images, train_labels)
    onnx.save(to_onnx(model, "digits-cnn", "matchmul models/digits", [1, 8, 8]), HERE / "digits-cnn.onnx")
    weights = sum(p.numel() for name, p in model.named_parameters() if name.endswith("weight"))
    counts = [right(model, *part) for part in ((train_images, train_labels), (test_images, test_labels))]
    print(
        f"digits-cnn.onnx, {weights:,} weights: training {counts[0]}/{len(train_images)}"
        f" = {counts[0] / len(train_images):.2%}, test {counts[1]}/{len(test_images)}"
        f" = {counts[1] / len(test_images):.2%}"
    )


if __name__ == "__main__":
    main()
