#!/usr/bin/env python3
"""The include_layers check must see a wrong arrow: it is run on small trees that have one fault each."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("include_layers.py")


def run(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)


class IncludeLayers(unittest.TestCase):
    def test_accepts_arrows_that_are_drawn(self):
        done = run({"framework/planner/plan.cpp": '#include "framework/graph/unit.h"\n#include "framework/base/tier.h"\n'})
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_refuses_planner_that_sees_transport(self):
        done = run({"framework/planner/plan.cpp": '#include "transport/message.h"\n'})
        self.assertEqual(done.returncode, 1)
        self.assertIn("box 'planner' may not include 'transport'", done.stdout)

    def test_refuses_libtorch_in_transport(self):
        done = run({"transport/message.cpp": "#include <ATen/core/Tensor.h>\n"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("may not see LibTorch", done.stdout)

    def test_refuses_upward_arrow(self):
        done = run({"framework/slice/slice.cpp": '#include "framework/runtime/engine_parts.h"\n'})
        self.assertEqual(done.returncode, 1)

    def test_refuses_header_without_guard(self):
        done = run({"framework/graph/unit.h": "struct Unit {};\n"})
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
