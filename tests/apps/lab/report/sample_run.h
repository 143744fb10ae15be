#pragma once

#include <filesystem>
#include <string>

namespace branchline::testing {

/// A folder as a small experiment leaves it: one network, two methods, two links, a layer table,
/// two figures with a claim each (one check holds, one does not). Removed at the end.
class SampleRun {
 public:
  /// @param stretch  multiplies the measured times, so that two runs differ
  explicit SampleRun(const std::string& name, double stretch = 1);
  ~SampleRun();

  std::string path(const std::string& file = "") const;
  void write(const std::string& file, const std::string& text) const;
  std::string read(const std::string& file) const;

 private:
  const std::filesystem::path folder_;
};

/// Its figures.
extern const char* const kSampleFigures;

}  // namespace branchline::testing
