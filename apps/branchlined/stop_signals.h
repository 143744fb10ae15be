#pragma once

namespace branchline::apps {

/// Hears SIGTERM and SIGINT from its construction on, on whichever thread they come: libraries have
/// started threads before main. A second signal ends the process at once. One per process.
class StopSignals {
 public:
  StopSignals();

  /// Waits for the first signal and returns its number.
  int wait();
};

}  // namespace branchline::apps
