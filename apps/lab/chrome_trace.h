#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "apps/lab/frame_log.h"

namespace branchline::lab {

/// Writes what frames' time went to as a Chrome trace (chrome://tracing, ui.perfetto.dev): lanes
/// for the frames, the device, the uplink, the edge and the downlink, on the device's clock. What
/// overlaps within a lane, such as the uploads of two frames that wait for each other, stands in
/// further rows of it. Frames are written as they come and not kept.
class ChromeTrace {
 public:
  /// @throws InputError when the file cannot be written.
  explicit ChromeTrace(const std::string& file);

  void add(const FrameRecord& record);

  /// Ends the file; once. @throws RunError when the disk did not take it.
  void finish();

  static constexpr std::size_t kLanes = 5;

 private:
  struct Stretch {
    Duration begin{0}, end{0};
  };
  using Row = std::deque<Stretch>;

  std::size_t row_for(std::size_t lane, Duration begin, Duration end);
  void write(const std::string& event);

  const std::string file_;
  std::ofstream out_;
  std::array<std::vector<Row>, kLanes> rows_;
  bool first_ = true;
};

}  // namespace branchline::lab
