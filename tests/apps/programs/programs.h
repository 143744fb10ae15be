#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace branchline::testing {

/// The shipped model file of this name: "b_lenet-fashion.pt".
std::string shipped(const std::string& name);

/// `branchline ARGUMENTS…`, to its end.
Finished branchline(std::vector<std::string> arguments, std::vector<std::string> environment = {});

/// The command line of `branchline ARGUMENTS…`, for a ChildProcess.
std::vector<std::string> branchline_command(std::vector<std::string> arguments);

/// Debian's pedestrian video; empty where opencv-doc is not installed.
std::string pedestrian_video();

/// Two of the clothes' classes, `count` pictures of 64 x 48 in all, in sub-folders named after
/// them.
void write_pictures(const std::filesystem::path& folder, int count);

/// A real branchlined on a free loopback port.
class RunningEdge {
 public:
  explicit RunningEdge(const std::string& model);
  std::string address() const { return address_; }
  /// Drains it. @returns its log.
  std::string stop();

 private:
  ChildProcess process_;
  std::string address_;
};

}  // namespace branchline::testing
