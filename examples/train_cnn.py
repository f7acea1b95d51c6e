"""Trains a small convolutional network on images that it draws itself: crosses, rings and stripes under noise.

    python3 examples/train_cnn.py [--epochs 3] [--images 1200] [--seed 0] [--save shapes.pt]

With `import torch` in place of `import wick as torch` it is a program for PyTorch.
"""
import argparse
import sys
import time

import wick as torch
from wick import nn
from wick.nn import functional as F
from wick.utils.data import DataLoader, TensorDataset, random_split

SIZE = 16
SHAPES = ["cross", "ring", "stripes"]


def draw(shape, x, y):
    """An image of SIZE × SIZE with a shape around (x, y)."""
    rows = torch.arange(SIZE).unsqueeze(1) - y
    columns = torch.arange(SIZE).unsqueeze(0) - x
    if shape == "cross":
        return ((rows.abs() < 1) | (columns.abs() < 1)).float()
    if shape == "ring":
        return ((rows**2 + columns**2).float().sqrt() - 4.5).abs().lt(1.0).float()
    return ((rows + columns) % 4 < 2).float()


def make_images(count):
    labels = torch.randint(0, len(SHAPES), (count,))
    places = torch.randint(5, SIZE - 5, (count, 2))
    images = torch.stack([draw(SHAPES[label], x, y) for label, (x, y) in zip(labels.tolist(), places.tolist())])
    noisy = images + 0.7 * torch.randn(count, SIZE, SIZE)
    return TensorDataset(noisy.unsqueeze(1), labels)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2))
        self.classify = nn.Linear(16 * (SIZE // 4) ** 2, len(SHAPES))

    def forward(self, x):
        return self.classify(self.features(x).flatten(1))


def progress(done, total, text, width=30):
    """A bar that is drawn over itself."""
    filled = width * done // total
    end = "\n" if done == total else ""
    print(f"\r[{'#' * filled}{'.' * (width - filled)}] {text}", end=end, flush=True)


def train(net, data, epochs):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    loader = DataLoader(data, batch_size=32, shuffle=True, num_workers=1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, epochs=epochs, steps_per_epoch=len(loader))
    for epoch in range(epochs):
        begin = time.time()
        for step, (images, labels) in enumerate(loader, 1):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(images), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            progress(step, len(loader), f"epoch {epoch + 1}: loss {loss.item():.4f}, {time.time() - begin:.1f} s")


def accuracy(net, data):
    net.eval()
    with torch.no_grad():
        right = sum((net(images).argmax(1) == labels).sum().item() for images, labels in DataLoader(data, batch_size=100))
    net.train()
    return right / len(data)


def main(arguments):
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--epochs", type=int, default=3)
    options.add_argument("--images", type=int, default=1200)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--save", help="write the trained network as an archive")
    chosen = options.parse_args(arguments)

    torch.manual_seed(chosen.seed)
    training, test = random_split(make_images(chosen.images), [0.8, 0.2])
    net = Net()
    print(f"before training {accuracy(net, test):.0%} of {len(test)} images are recognised")
    train(net, training, chosen.epochs)
    reached = accuracy(net, test)
    print(f"after it {reached:.0%}")
    if chosen.save:
        torch.jit.script(net.eval()).save(chosen.save)
    return reached


if __name__ == "__main__":
    main(sys.argv[1:])
