#include "apps/lab/report/command_figures.h"

#include "apps/lab/report/figure_file.h"

namespace branchline::lab {
namespace {

constexpr const char* kTraces = R"toml(
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
id = "edgent"
title = "Exits in time and latencies of Branchline and Edgent"
kind = "timeline"
from = "frames.csv"
x = "arrival_ns"
x_label = "time / s"
scale = { arrival_ns = 1e-9, passed_bytes_per_s = 8e-6, latency_ns = 1e-6, edgent_static_latency_ns = 1e-6, edgent_dynamic_latency_ns = 1e-6 }
for_each = ["network", "trace"]
lane = [
  { y = "passed_bytes_per_s", label = "uplink / Mbit/s" },
  { y = "exit", label = "Branchline", points = true },
  { y = "edgent_static_exit", label = "Edgent static", points = true },
  { y = "edgent_dynamic_exit", label = "Edgent dynamic", points = true },
  { y = ["latency_ns", "edgent_static_latency_ns", "edgent_dynamic_latency_ns"], names = ["Branchline", "Edgent static", "Edgent dynamic"], label = "latency / ms", points = true, log = "y" },
]
note = "Exit 0: no answer by the deadline. Answers that never came have no latency."

[[figure]]
id = "scores"
title = "Hits, accuracy and both together"
kind = "table"
from = "traces.csv"
columns = ["method", "hit_rate", "accuracy", "right_in_time", "right_in_time_low", "right_in_time_high", "over_branchline", "switches", "worst_ms", "unanswered", "device", "split", "edge"]
names = ["method", "in time / %", "accuracy / %", "right in time / %", "from", "to", "over Branchline", "switches", "worst / ms", "unanswered / %", "device / %", "split / %", "edge / %"]
scale = { hit_rate = 100, accuracy = 100, right_in_time = 100, right_in_time_low = 100, right_in_time_high = 100, over_branchline = 100, unanswered = 100, device = 100, split = 100, edge = 100 }
for_each = ["network", "trace"]
note = "The interval (95 %) is that of right in time; over Branchline in points of it. Switches: frames planned for another exit or place than the one before. Worst: the latest answer, in time or not."
)toml";

constexpr const char* kEmulation = R"toml(
[[figure]]
id = "link"
title = "A frame's time over that of its bytes at the goodput, tbf's rate in Mbit/s"
kind = "lines"
from = "emulation_link.csv"
x = "frame_bytes"
x_label = "frame / B"
y = ["emulator_over_ideal", "tbf_over_ideal"]
names = ["emulator", "tc tbf"]
y_label = "measured over ideal"
log = "x"
for_each = ["rate_mbps"]
note = "A bucket lets its burst through at once: tc tbf is a link only for frames of eight bursts and more (tbf_honest)."

[[figure]]
id = "goodput"
title = "Frames through the link emulator and through tc tbf"
kind = "table"
from = "emulation_link.csv"
columns = ["rate_mbps", "tbf_goodput_mbps", "set_mbps", "frame_bytes", "ideal_ms", "emulator_ms", "tbf_ms", "emulator_mbps", "tbf_mbps", "tbf_over_emulator", "tbf_honest"]
names = ["tbf set to / Mbit/s", "its goodput / Mbit/s", "emulator set to / Mbit/s", "frame / B", "ideal / ms", "emulator / ms", "tbf / ms", "emulator / Mbit/s", "tbf / Mbit/s", "tbf over emulator", "tbf honest"]
note = "tbf counts headers, so the emulator is set to the goodput measured through tbf over a second. Medians."

[[figure]]
id = "device"
title = "Slow-down measured over stated, by the stated one"
kind = "lines"
from = "emulation_device.csv"
x = "work_ms"
x_label = "work, not slowed / ms"
y = "over_stated"
y_label = "measured over stated"
series = ["emulation"]
log = "x"
for_each = ["slowdown"]
note = "rests: the device sleeps after each run until that has taken what is stated. quota: a cgroup lets it have a share of each period; the first share passes at once, and shares of less than 10 ms are not kept to, so it is a slow device only for work of ten periods and more (honest)."

[[figure]]
id = "slowdown"
title = "Slow-downs stated and measured"
kind = "table"
from = "emulation_device.csv"
columns = ["slowdown", "emulation", "work_ms", "runs", "measured", "measured_low", "measured_high", "over_stated", "honest"]
names = ["stated", "by", "work / ms", "runs", "measured", "from", "to", "over stated", "honest"]
)toml";

}  // namespace

CommandPage command_page(const std::string& command) {
  if (command == "traces") {
    return {"Branchline and its rivals on recorded links", parse_figures(kTraces, "traces")};
  }
  if (command == "emulation") {
    return {"The emulated link and device against the kernel's",
            parse_figures(kEmulation, "emulation")};
  }
  return {"experiment " + command, {}};
}

}  // namespace branchline::lab
