#include "apps/lab/report/trace_figures.h"

#include "apps/lab/report/figure_file.h"

namespace branchline::lab {

std::vector<Figure> trace_figures() {
  constexpr const char* kFigures = R"toml(
[[figure]]
id = "timeline"
title = "Branchline over time"
kind = "timeline"
from = "frames.csv"
x = "arrival_ns"
x_label = "time / s"
scale = { arrival_ns = 1e-9, estimated_bytes_per_s = 8e-6, passed_bytes_per_s = 8e-6, latency_ns = 1e-6 }
for_each = ["network", "trace"]
lane = [
  { y = ["passed_bytes_per_s", "estimated_bytes_per_s"], names = ["real", "estimated"], label = "uplink / Mbit/s" },
  { y = "planned_exit", series = "planned_place", label = "exit planned", points = true },
  { y = "latency_ns", series = "in_time", label = "latency / ms", points = true },
]

[[figure]]
id = "scores"
title = "Hits, accuracy and both together"
kind = "table"
from = "traces.csv"
columns = ["method", "hit_rate", "accuracy", "right_in_time", "right_in_time_low", "right_in_time_high", "over_branchline", "device", "split", "edge"]
names = ["method", "in time / %", "accuracy / %", "right in time / %", "from", "to", "over Branchline", "device / %", "split / %", "edge / %"]
scale = { hit_rate = 100, accuracy = 100, right_in_time = 100, right_in_time_low = 100, right_in_time_high = 100, over_branchline = 100, device = 100, split = 100, edge = 100 }
for_each = ["network", "trace"]
note = "The interval (95 %) is that of right in time; over Branchline in points of it."
)toml";
  return parse_figures(kFigures, "the figures of experiment traces");
}

}  // namespace branchline::lab
