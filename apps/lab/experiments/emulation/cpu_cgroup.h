#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "framework/base/clock.h"

namespace branchline::lab {

/// Where cpu cgroups are made.
struct CpuHierarchy {
  std::string folder;
  bool unified = false;  ///< v2: cpu.max; else v1: cpu.cfs_quota_us
};

/// @param mounts  text of /proc/self/mounts
/// @returns the mounted hierarchy that has the cpu controller; nullopt when there is none
std::optional<CpuHierarchy> cpu_hierarchy(const std::string& mounts);

/// A cpu cgroup of this process's own, removed at the end; what a killed run leaves is an empty
/// folder named after its process id. Not safe for several threads at once.
class CpuCgroup {
 public:
  /// @throws RunError saying what is missing
  explicit CpuCgroup(const CpuHierarchy& hierarchy);
  ~CpuCgroup();  ///< whom it holds goes to the hierarchy's root
  CpuCgroup(const CpuCgroup&) = delete;
  CpuCgroup& operator=(const CpuCgroup&) = delete;

  const std::string& folder() const { return folder_; }

  /// From now on the process, all threads of it, has no more than its quota. @throws RunError
  void hold(pid_t process);

  /// @param share   of one core, 0..1
  /// @param period  in each of which so much may be used: 1 ms to 1 s
  /// @throws RunError
  void set_quota(double share, Duration period);
  void lift_quota();

 private:
  void write(const std::string& file, const std::string& text) const;

  const CpuHierarchy hierarchy_;
  const std::string folder_;
};

}  // namespace branchline::lab
