#include "apps/lab/machine_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "apps/branchline/flags.h"
#include "apps/lab/torch_speed.h"

namespace branchline::lab {
namespace {

using apps::show_duration;

}  // namespace

MachineCheck check_blas(const std::string& blas, double gflops) {
  MachineCheck check{"blas",
                     fmt::format("{}, {:.0f} GFLOP/s on one thread",
                                 blas.empty() ? "not recognised" : blas, gflops),
                     true, ""};
  // Reference BLAS reaches 8 GFLOP/s where OpenBLAS reaches 277: speed tells what the name may not.
  const bool reference = blas.rfind("libblas.so", 0) == 0;
  if (reference || gflops < 20) {
    check.ok = false;
    check.fix = "apt install libopenblas0-pthread (reference BLAS is 30 times slower)";
  }
  return check;
}

namespace {

MachineCheck check_omp_policy() {
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  std::string value = policy == nullptr ? "not set" : policy;
  std::string lower = value;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "passive") return {"omp_wait_policy", value, true, ""};
  return {"omp_wait_policy", value, false,
          "export OMP_WAIT_POLICY=passive (spinning threads take the cores from each other; no "
          "matter with 1 thread)"};
}

MachineCheck check_load() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  MachineCheck check{"cores", fmt::format("{} cores, load {:.2f}", cores, load), true, ""};
  if (load > 0.75 * cores) {
    check.ok = false;
    check.fix = "other programs use the cores: measured times will spread; stop them or wait";
  }
  return check;
}

MachineCheck check_clock() {
  const Duration step = clock_resolution();
  MachineCheck check{"clock", "steps of " + show_duration(step), true, ""};
  if (step > std::chrono::microseconds(10)) {
    check.ok = false;
    check.fix = "choose a finer clock source: /sys/devices/system/clocksource";
  }
  return check;
}

MachineCheck check_wake_ups() {
  const WakeUps late = measure_wake_ups(500);
  MachineCheck check{"wake_up_jitter",
                     "late by " + show_duration(late.p50) + " (median), " +
                         show_duration(late.p99) + " (p99), " + show_duration(late.worst) +
                         " (worst of 500)",
                     true, ""};
  if (late.p99 > std::chrono::milliseconds(2)) {
    check.ok = false;
    check.fix = "answers are given that much earlier to be in time; free a core or raise priority";
  }
  return check;
}

MachineCheck check_vectors() {
  const std::string level = vector_level();
  return {"vector_instructions", level, level != "none" && level != "AVX",
          level == "none" || level == "AVX" ? "convolutions are slow without AVX2" : ""};
}

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::stringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (std::filesystem::exists(folder + "/" + program)) return true;
  }
  return false;
}

std::vector<MachineCheck> check_packages() {
  std::vector<MachineCheck> checks;
  const auto add = [&checks](bool there, const std::string& package, const std::string& use) {
    checks.push_back({"package " + package, there ? "there" : "missing", there,
                      there ? "" : "apt install " + package + " (" + use + ")"});
  };
  add(on_path("gnuplot"), "gnuplot-nox", "draws timeline.png of the demo");
  add(std::filesystem::exists("/usr/share/doc/opencv-doc/examples/data/vtest.avi"), "opencv-doc",
      "the demo's video frames");
  add(std::filesystem::exists("/usr/share/datasets/fashion-mnist"), "dataset-fashion-mnist",
      "the demo's labelled objects");
  return checks;
}

}  // namespace

WakeUps measure_wake_ups(int sleeps) {
  std::vector<Duration> late;
  for (int i = 0; i < sleeps; ++i) {
    const TimePoint due = Clock::now() + std::chrono::milliseconds(2);
    std::this_thread::sleep_until(due);
    late.push_back(Clock::now() - due);
  }
  std::sort(late.begin(), late.end());
  return {late[late.size() / 2], late[late.size() * 99 / 100], late.back()};
}

Duration clock_resolution() {
  Duration smallest = Duration::max();
  for (int i = 0; i < 1000; ++i) {
    const TimePoint before = Clock::now();
    TimePoint after = before;
    while (after == before) after = Clock::now();
    smallest = std::min(smallest, Duration(after - before));
  }
  return smallest;
}

std::string vector_level() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "AVX-512";
  if (__builtin_cpu_supports("avx2")) return "AVX2";
  if (__builtin_cpu_supports("avx")) return "AVX";
#elif defined(__aarch64__)
  return "NEON";
#endif
  return "none";
}

std::string loaded_blas() {
  std::ifstream maps("/proc/self/maps");
  std::string found;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.rfind('/');
    if (slash == std::string::npos) continue;
    const std::string file = line.substr(slash + 1);
    for (const char* name : {"libopenblas", "libmkl", "libblis", "libatlas", "libblas.so"}) {
      // Debian's alternatives load OpenBLAS under the name libblas.so as well: its folder tells.
      if (file.find(name) == std::string::npos) continue;
      const bool open = line.find("openblas") != std::string::npos;
      if (found.empty() || open) found = open ? "OpenBLAS (" + file + ")" : file;
    }
  }
  return found;
}

std::vector<MachineCheck> check_machine() {
  const TorchSpeed torch = measure_torch();
  std::vector<MachineCheck> checks = {
      {"libtorch", torch.version, true, ""},
      check_blas(loaded_blas(), torch.gflops),
      check_omp_policy(),
      {"threads", fmt::format("{} (Branchline sets 1 unless told otherwise)", torch.threads), true,
       ""},
      check_load(),
      check_clock(),
      check_wake_ups(),
      check_vectors()};
  for (MachineCheck& check : check_packages()) checks.push_back(std::move(check));
  return checks;
}

std::string to_json(const std::vector<MachineCheck>& checks) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const MachineCheck& c : checks) {
    list.push_back(
        {{"name", c.name}, {"value", c.value}, {"status", c.ok ? "ok" : "warn"}, {"fix", c.fix}});
  }
  return nlohmann::ordered_json({{"schema", "branchline.doctor/1"}, {"checks", list}}).dump(2);
}

std::string to_text(const std::vector<MachineCheck>& checks) {
  std::string text;
  for (const MachineCheck& c : checks) {
    text += fmt::format("{:<5} {:<30} {}\n", c.ok ? "ok" : "warn", c.name, c.value);
    if (!c.fix.empty()) text += fmt::format("      -> {}\n", c.fix);
  }
  return text;
}

}  // namespace branchline::lab
