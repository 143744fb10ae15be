#pragma once

#include <string>

namespace branchline::lab {

/// The folder that a run writes its results into; made if it is not there.
class RunFolder {
 public:
  /// @throws InputError when the folder cannot be made or is not writable.
  explicit RunFolder(const std::string& folder);

  std::string path(const std::string& name) const;

  /// @throws RunError when the disk does not take it.
  void write(const std::string& name, const std::string& text) const;

 private:
  std::string folder_;
};

/// The full configuration of a run, as a file that `branchline --config` reads: a comment with the
/// program's version, the verb's section, its flags.
std::string configuration_text(const std::string& verb, const std::string& flags);

}  // namespace branchline::lab
