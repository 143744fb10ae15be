#pragma once

#include <signal.h>

namespace branchline::apps {

/// Hears SIGINT and SIGTERM from its construction on, on whichever thread they come. Handlers and
/// not blocked signals: libraries have started threads of their own by then, which would die of
/// them. A second signal ends the process at once. One at a time.
class StopSignals {
 public:
  StopSignals();
  /// Restores the handlers that were there before.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Waits for the next signal. @returns its number; 0 after end(), called on any thread
  int wait();
  void end();

 private:
  int pipe_[2] = {-1, -1};
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
};

}  // namespace branchline::apps
