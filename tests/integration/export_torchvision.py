#!/usr/bin/python3
"""Exports torchvision models as TorchScript files that are worth verifying.

A freshly initialised network answers almost zero for every input, so a comparison would pass whatever is compared. The
weights are therefore seeded and scaled to keep the signal alive through the layers, the batch-norm statistics come from
a few train-mode forwards, and outputs that all stay below 0.1 are an error.

    export_torchvision.py -o build/models                       # the standard list, traced and scripted
    export_torchvision.py -o build/models densenet121           # any other model torchvision knows
    export_torchvision.py -o resnet18.pt --traced resnet18      # one file

Into a folder it writes <name>_<traced|scripted>.pt. Exit code 77 when python3-torchvision is not installed.
"""

import argparse
import pathlib
import sys
import warnings

try:
    import torch
    import torchvision
except ImportError as error:
    print(f"skipped: {error}. On Debian: apt install python3-torchvision  (or run scripts/setup --tests)")
    sys.exit(77)

STANDARD = ["alexnet", "vgg11", "resnet18", "resnet50", "googlenet", "mobilenet_v2", "mobilenet_v3_small"]
LEAST_OUTPUT = 0.1


def construct(name):
    """The bare model; auxiliary classifiers exist for training only and are left away."""
    options = {}
    if name in ("googlenet", "inception_v3"):
        options = {"aux_logits": False, "init_weights": False}
    elif hasattr(torchvision.models.segmentation, name):
        options = {"weights_backbone": None}
    try:
        return torchvision.models.get_model(name, weights=None, **options)
    except ValueError as error:
        sys.exit(f"error: {error}")


def randomise(model):
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
        elif isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.weight, std=0.05)
        elif isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        if hasattr(module, "weight") and getattr(module, "bias", None) is not None:
            torch.nn.init.normal_(module.bias, std=0.05)


def settle_statistics(model, shape, forwards=3, batch=4):
    """Running means and variances become the average over the forwards; a momentum of 0.1 would keep the initial ones."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    with torch.no_grad():
        for _ in range(forwards):
            model(random_image([batch, *shape[1:]]))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum


def random_image(shape):
    """As wide as a normalised photograph."""
    return torch.rand(*shape) * 4 - 2


def tensors_of(output):
    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, dict):
        output = output.values()
    return [tensor for element in output if element is not None for tensor in tensors_of(element)]


class TensorsOnly(torch.nn.Module):
    """Tracing cannot return None, nor dictionaries without `strict=False`: hand out the tensors alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        outputs = tensors_of(self.model(x))
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


def build(name, shape, seed):
    torch.manual_seed(seed)
    model = construct(name)
    randomise(model)
    settle_statistics(model, shape)
    return model.eval()


def file_of(output, name, kind):
    return output if output.suffix == ".pt" else output / f"{name}_{kind}.pt"


def is_current(file):
    return file.exists() and file.stat().st_mtime > pathlib.Path(__file__).stat().st_mtime


def export(name, kinds, output, shape, seed):
    model = build(name, shape, seed)
    image = random_image(shape)
    with torch.no_grad():
        answer = model(image)
        largest = min(tensor.abs().max().item() for tensor in tensors_of(answer))
        if not largest > LEAST_OUTPUT:
            sys.exit(f"error: {name}: outputs reach only {largest:.3g}, a comparison would show nothing")
        for kind in kinds:
            if kind == "traced":
                script = torch.jit.trace(model if isinstance(answer, torch.Tensor) else TensorsOnly(model), image)
            else:
                script = torch.jit.script(model)
            file = file_of(output, name, kind)
            script.save(str(file))
            print(f"{file}: input {','.join(map(str, shape))}, outputs up to {largest:.3g}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="torchvision model names (default: the standard list)")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="folder, or one .pt file")
    parser.add_argument("--traced", action="store_true", help="only traced")
    parser.add_argument("--scripted", action="store_true", help="only scripted (default: both kinds)")
    parser.add_argument("--input", help="shape of the input (default: 1,3,224,224; inception_v3: 1,3,299,299)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", action="store_true", help="leave files that are newer than this script")
    arguments = parser.parse_args()
    both = arguments.traced == arguments.scripted
    kinds = ["traced", "scripted"] if both else ["traced" if arguments.traced else "scripted"]
    names = arguments.names or STANDARD
    if arguments.output.suffix == ".pt" and (both or len(names) != 1):
        parser.error("one .pt file holds one model: name it and choose --traced or --scripted")
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    if arguments.output.suffix != ".pt":
        arguments.output.mkdir(parents=True, exist_ok=True)
    for name in names:
        size = 299 if name == "inception_v3" else 224
        shape = [int(n) for n in arguments.input.split(",")] if arguments.input else [1, 3, size, size]
        wanted = [kind for kind in kinds if not (arguments.keep and is_current(file_of(arguments.output, name, kind)))]
        if wanted:
            export(name, wanted, arguments.output, shape, arguments.seed)


if __name__ == "__main__":
    main()
