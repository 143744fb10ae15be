#!/usr/bin/env python3
"""Makes the TorchScript files of the well-known networks whose graphs lie here: torchvision's, untrained, traced.

    python3 make_networks.py DIR [NAME ...]     # needs Debian's python3-torchvision

Weights come from a fixed seed, so that the files' digests are the same everywhere with the same torchvision. Times
do not depend on what a network has learned; accuracies do, and these networks have none.
"""
import pathlib
import sys

import torch
import torchvision

SIDES = {"alexnet": 224, "vgg16": 224, "resnet18": 224, "googlenet": 224, "mobilenet_v2": 224, "densenet121": 224}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:] or list(SIDES)
    unknown = [name for name in names if name not in SIDES]
    if unknown:
        sys.exit(f"no network is called {unknown[0]}; choose among {', '.join(SIDES)}")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        torch.manual_seed(1)
        options = {"init_weights": True, "aux_logits": False} if name == "googlenet" else {}
        network = getattr(torchvision.models, name)(weights=None, **options).eval()
        side = SIDES[name]
        torch.jit.trace(network, torch.zeros(1, 3, side, side)).save(str(folder / f"{name}.pt"))
        print(folder / f"{name}.pt")


if __name__ == "__main__":
    main()
