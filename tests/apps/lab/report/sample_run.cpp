#include "tests/apps/lab/report/sample_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace branchline::testing {
namespace {

constexpr const char* kResultColumns =
    "model,method,link,uplink_mbps,goodput_mbps,delay_ms,deadline_ms,slowdown,exit,exits,place,cut,"
    "device_units,codec,predicted_ms,measured_ms,measured_low_ms,measured_high_ms,"
    "measured_device_ms,measured_uplink_ms,measured_edge_ms,measured_downlink_ms,hit_rate,hit_low,"
    "hit_high,accuracy,delivered_accuracy\n";

/// Of a plan that is predicted to take `ms`, half on the device and half on the uplink.
std::string result_row(const char* method, double uplink, int exit, double ms, double stretch) {
  const double measured = 1.1 * ms * stretch;
  return fmt::format(
      "b_<net>,{},{:g}kbit,{:g},{:g},5,100,8,{},4,split,3,4,fp16,{:g},{:g},{:g},{:g},{:g},{:g},0,0,"
      "1,0.8,1,{},{}\n",
      method, 1000 * uplink, uplink, 0.98 * uplink, exit, ms, measured, 0.95 * measured,
      1.05 * measured, measured / 2, measured / 2, 0.2 * exit, 0.2 * exit);
}

constexpr const char* kSummary = R"({"schema": "branchline.lab/1", "title": "A small one",
"emulation": {"device": "it sleeps", "link": "a proxy"},
"networks": [{"name": "b_<net>", "slowdown": 8, "measured_slowdown": 8.25}],
"links": [{"model": "b_<net>", "link": "500kbit", "uplink_mbps": 0.5, "goodput_mbps": 0.49, "delay_ms": 5}],
"prediction": {"plans": 4, "median_error": 0.04, "p90_error": 0.21},
"checks": [{"id": "rises", "check": "exit rises with uplink_mbps", "holds": true, "misses": []},
{"id": "in-time", "check": "hit_rate never falls", "holds": false, "misses": ["b_<net> edgent on 500kbit"]}]}
)";

}  // namespace

const char* const kSampleFigures = R"toml(
[[figure]]
id = "exits"
title = "Exit against bandwidth"
kind = "lines"
from = "results.csv"
for_each = ["model"]
series = ["method"]
x = "uplink_mbps"
x_label = "uplink / Mbit/s"
y = "exit"
y_label = "exit"
log = "x"
claim = "It rises."
check = ["rises"]

[[figure]]
id = "breakdown"
title = "Where the time goes"
kind = "bars"
from = "results.csv"
series = ["method"]
x = "uplink_mbps"
y = ["measured_device_ms", "measured_uplink_ms"]
names = ["device", "uplink"]
y_label = "time / ms"
claim = "All in time."
check = ["in-time"]

[[figure]]
id = "layers"
title = "Layers"
kind = "table"
from = "layers.csv"
columns = ["name", "device_ms"]
)toml";

SampleRun::SampleRun(const std::string& name, double stretch)
    : folder_(std::filesystem::temp_directory_path() / (name + "_" + std::to_string(::getpid()))) {
  std::filesystem::create_directories(folder_);
  write("results.csv", kResultColumns + result_row("edgent", 0.5, 2, 90, stretch) +
                           result_row("edgent", 2, 3, 80, stretch) +
                           result_row("branchline", 0.5, 3, 95, 1) +
                           result_row("branchline", 2, 4, 70, 1));
  write("layers.csv", "model,unit,name,device_ms\nb_<net>,1,\"conv1, relu\",12.5\n");
  write("config.toml",
        std::string("[experiment]\ntitle = \"A small one\"\nsamples = 11\n") + kSampleFigures);
  write("machine.json",
        R"({"schema": "branchline.lab_machine/1", "machine": "a box", "cores": 2,
"checks": [{"name": "blas", "value": "OpenBLAS", "status": "ok", "fix": ""}]})");
  write("results.json", kSummary);
}

SampleRun::~SampleRun() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string SampleRun::path(const std::string& file) const {
  return file.empty() ? folder_.string() : (folder_ / file).string();
}

void SampleRun::write(const std::string& file, const std::string& text) const {
  std::ofstream(path(file), std::ios::binary) << text;
}

std::string SampleRun::read(const std::string& file) const {
  std::ostringstream text;
  text << std::ifstream(path(file), std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace branchline::testing
