#pragma once

namespace branchline::apps {

/// SIGTERM and SIGINT, taken away from every thread: construct before any thread begins. A second
/// signal, while the first is being served, ends the process at once. One per process.
class StopSignals {
 public:
  StopSignals();

  /// Waits for the first signal and returns its number.
  int wait();
};

}  // namespace branchline::apps
