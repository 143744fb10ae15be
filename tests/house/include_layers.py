#!/usr/bin/env python3
"""Fails when a source file includes a box that its own box may not see (docs/architecture.md).

On Debian LibTorch and Boost lie in /usr/include, so a wrong include compiles; this test reads the #include lines.
Usage: include_layers.py SOURCE_DIR
"""
import pathlib
import re
import sys

# box: (folder, boxes it may include besides itself and base). Arrows are transitive.
BOXES = {
    "base": ("framework/base", set()),
    "graph": ("framework/graph", set()),
    "public": ("framework/include/branchline", set()),
    "transport": ("transport", set()),
    "planner": ("framework/planner", {"graph"}),
    "model": ("framework/model", {"graph"}),
    "slice": ("framework/slice", {"model", "graph"}),
    "profile": ("framework/profile", {"slice", "model", "graph"}),
    "runtime": ("framework/runtime", {"profile", "slice", "model", "planner", "graph", "transport", "public"}),
    "branchy_models": ("branchy_models", {"model", "graph"}),
    "health": ("apps/health", {"transport", "public"}),
    "apps": ("apps", {"runtime", "profile", "slice", "model", "planner", "graph", "transport", "public",
                      "branchy_models", "health"}),
}

# Third-party headers by what only some boxes may see.
GUARDED = {
    "LibTorch": (re.compile(r"^(torch|ATen|c10|caffe2)/"),
                 {"model", "slice", "profile", "runtime", "branchy_models", "apps"}),
    "Boost.Asio": (re.compile(r"^boost/(asio|beast)"), {"transport", "apps", "health"}),
    "cereal": (re.compile(r"^cereal/"), {"transport"}),
    "torch/torch.h": (re.compile(r"^torch/torch\.h$"), {"branchy_models"}),
}

# Sources that may see one guarded library all the same, with the reason.
ALLOWED = {}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def box_of(path):
    """The box a file or an include path belongs to; the longest folder wins."""
    best = None
    for box, (folder, _) in BOXES.items():
        if path.startswith(folder + "/") and (best is None or len(folder) > len(BOXES[best][0])):
            best = box
    return best


def target_box(include):
    if include.startswith("branchline/"):
        return "public"
    return box_of(include)


def faults_of(root, path):
    relative = path.relative_to(root).as_posix()
    box = box_of(relative)
    if box is None:
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        include = match.group(2)
        target = target_box(include)
        if target and target not in (box, "base") and target not in BOXES[box][1]:
            yield f"{relative}:{number}: box '{box}' may not include '{target}' ({include})"
        for library, (pattern, boxes) in GUARDED.items():
            if pattern.search(include) and box not in boxes and (relative, library) not in ALLOWED:
                yield f"{relative}:{number}: box '{box}' may not see {library} ({include})"
    if path.suffix in (".h", ".hpp") and "#pragma once" not in path.read_text(encoding="utf-8"):
        yield f"{relative}:1: no #pragma once"


def main():
    root = pathlib.Path(sys.argv[1])
    files = [p for top in ("framework", "transport", "branchy_models", "apps") for p in (root / top).rglob("*")
             if p.suffix in (".h", ".hpp", ".cpp")]
    faults = [fault for path in sorted(files) for fault in faults_of(root, path)]
    print("\n".join(faults) if faults else f"{len(files)} files, every arrow is drawn")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
