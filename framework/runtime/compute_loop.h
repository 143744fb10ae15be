#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "framework/runtime/inference_run.h"
#include "framework/runtime/request_queue.h"

namespace branchline::runtime {

/// The engine's compute thread: takes requests from the queue and runs their steps, those that an
/// answer hangs on first, then by earliest deadline. While one request waits for the edge the next
/// one begins.
class ComputeLoop {
 public:
  static constexpr std::size_t kMostUnderWay = 4;

  /// @param queue,context  borrowed; whoever pushes rings context.bell
  ComputeLoop(RequestQueue<InferenceTask>& queue, RunContext& context);
  ~ComputeLoop();

  /// What is queued or under way answers `stopped`; then joins.
  void stop();

  /// Requests that were begun and not finished.
  std::size_t under_way() const noexcept { return under_way_; }

 private:
  void run();
  void take_turn();
  void end_all(Outcome outcome, Why why, const std::string& detail);
  void take_from_queue();
  TimePoint next_look() const;

  RequestQueue<InferenceTask>& queue_;
  RunContext& context_;
  std::vector<std::unique_ptr<InferenceRun>> runs_;  // of the compute thread
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline::runtime
