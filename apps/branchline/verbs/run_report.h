#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/branchline/progress_line.h"
#include "apps/lab/chrome_trace.h"
#include "apps/lab/frame_log.h"

namespace branchline::apps {

/// What `branchline run` tells while it runs: a line a frame on standard output or progress on the
/// terminal, errors, and the trace file. Keeps the records, without their spans. One thread.
class RunReport {
 public:
  /// @param json   a line a frame on standard output, and no progress
  /// @param trace  file; empty: none
  RunReport(bool json, const std::string& trace);

  void add(const lab::FrameRecord& record);
  void end();

  const std::vector<lab::FrameRecord>& records() const { return records_; }

 private:
  void show_progress(const lab::FrameRecord& record);

  const bool json_;
  ProgressLine progress_;
  std::vector<lab::FrameRecord> records_;
  std::optional<lab::ChromeTrace> trace_;
};

/// A label that the model does not know never counts as right: better to hear of it.
void warn_of_unknown_labels(const std::vector<lab::FrameRecord>& records,
                            const std::vector<std::string>& classes);

/// "a, b".
std::string joined(const std::vector<std::string>& names);

}  // namespace branchline::apps
