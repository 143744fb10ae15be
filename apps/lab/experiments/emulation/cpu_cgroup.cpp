#include "apps/lab/experiments/emulation/cpu_cgroup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

bool lists(const std::string& text, char separator, const std::string& word) {
  std::istringstream words(text);
  for (std::string one; std::getline(words, one, separator);) {
    if (one == word) return true;
  }
  return false;
}

std::string first_line(const std::string& file) {
  std::string line;
  std::ifstream in(file);
  std::getline(in, line);
  return line;
}

/// In the unified hierarchy a group has the controllers that its parent hands down.
void hand_down_cpu(const std::string& parent) {
  std::ofstream(parent + "/cgroup.subtree_control") << "+cpu" << std::flush;
}

}  // namespace

std::optional<CpuHierarchy> cpu_hierarchy(const std::string& mounts) {
  std::istringstream lines(mounts);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string device, folder, kind, options;
    words >> device >> folder >> kind >> options;
    if (kind == "cgroup" && lists(options, ',', "cpu")) return CpuHierarchy{folder, false};
    if (kind == "cgroup2" && lists(first_line(folder + "/cgroup.controllers"), ' ', "cpu")) {
      return CpuHierarchy{folder, true};
    }
  }
  return std::nullopt;
}

CpuCgroup::CpuCgroup(const CpuHierarchy& hierarchy)
    : hierarchy_(hierarchy),
      folder_(hierarchy.folder + "/branchline_" + std::to_string(::getpid())) {
  if (hierarchy_.unified) hand_down_cpu(hierarchy.folder);
  if (::mkdir(folder_.c_str(), 0755) != 0 && errno != EEXIST) {
    throw RunError("no cpu cgroup can be made in " + hierarchy.folder + ": " +
                   std::strerror(errno) + " (run it as root)");
  }
}

CpuCgroup::~CpuCgroup() {
  std::ifstream held(folder_ + "/cgroup.procs");
  for (std::string process; std::getline(held, process);) {
    std::ofstream(hierarchy_.folder + "/cgroup.procs") << process << std::flush;
  }
  ::rmdir(folder_.c_str());
}

void CpuCgroup::write(const std::string& file, const std::string& text) const {
  std::ofstream out(folder_ + "/" + file);
  out << text << std::flush;
  if (!out) throw RunError(folder_ + "/" + file + ": '" + text + "' is not taken");
}

void CpuCgroup::hold(pid_t process) { write("cgroup.procs", std::to_string(process)); }

void CpuCgroup::set_quota(double share, Duration period) {
  const double period_us = std::chrono::duration<double, std::micro>(period).count();
  const std::string whole = std::to_string(std::llround(period_us));
  const std::string part = std::to_string(std::llround(share * period_us));
  if (hierarchy_.unified) return write("cpu.max", part + " " + whole);
  write("cpu.cfs_period_us", whole);
  write("cpu.cfs_quota_us", part);
}

void CpuCgroup::lift_quota() {
  hierarchy_.unified ? write("cpu.max", "max 100000") : write("cpu.cfs_quota_us", "-1");
}

}  // namespace branchline::lab
