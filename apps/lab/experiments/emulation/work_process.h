#pragma once

#include <sys/types.h>

#include <functional>

namespace branchline::lab {

/// A child process that does a piece of work when asked to and tells how long it took, so that a
/// cgroup can hold it and nothing else. It ends with this object, and with the thread that started
/// it, even when that is killed; Ctrl-C does not reach it. Make it before there are other threads:
/// it is forked, not executed. One thread at a time.
class WorkProcess {
 public:
  /// The work, so many times, on a device stated to be so many times slower.
  /// @returns seconds
  using Work = std::function<double(double slowdown, int times)>;

  /// @param make  prepares the work, in the child
  /// @throws RunError when there can be no child.
  explicit WorkProcess(const std::function<Work()>& make);
  ~WorkProcess();
  WorkProcess(const WorkProcess&) = delete;
  WorkProcess& operator=(const WorkProcess&) = delete;

  pid_t pid() const { return pid_; }

  /// @throws RunError when the child has ended; its reason is on standard error.
  double seconds(double slowdown, int times);

 private:
  pid_t pid_ = -1;
  int socket_ = -1;
};

}  // namespace branchline::lab
