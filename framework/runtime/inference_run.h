#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "branchline/request.h"
#include "framework/runtime/edge_exchange.h"
#include "framework/runtime/insurance.h"

namespace branchline::runtime {

/// One request as the compute thread needs it: its inputs as unit 0 puts them out, and what it
/// asks.
struct InferenceTask {
  FeatureMaps inputs;
  std::optional<double> min_accuracy;
  std::optional<int> force_exit;  ///< index from 0
  std::optional<Place> force_place;
  bool device_only = false;
  std::shared_ptr<AnswerSlot> slot;
};

/// One request on its way: decide, run the front, send, compute the insurance while waiting, run
/// the tail. A sequence of steps of a slice each, so that several requests can share the compute
/// thread and nothing runs longer than a slice once its answer is no longer wanted. Used by one
/// thread; what passes between it and the edge is the EdgeExchange's.
class InferenceRun {
 public:
  InferenceRun(InferenceTask task, RunContext& context);
  ~InferenceRun();
  InferenceRun(const InferenceRun&) = delete;
  InferenceRun& operator=(const InferenceRun&) = delete;

  enum class State { ready, waiting, done };

  /// Whether step() has something to compute now.
  State state();

  /// 0: an answer hangs on the next step; 1: it can only make the answer better.
  int rank() const;
  TimePoint deadline() const { return task_.slot->budget().deadline; }
  /// When state() may change by itself; nullopt: only when the bell rings.
  std::optional<TimePoint> look_again() const;
  const std::shared_ptr<AnswerSlot>& slot() const { return task_.slot; }

  /// Computes one slice, or encodes and sends. Never throws: what fails ends the request.
  void step() noexcept;

 private:
  enum class Phase { decide, front, send, wait, tail, done };

  void step_or_throw();
  void give_up_computing(const std::string& problem);
  void decide();
  void run_front();
  TimePoint edge_useful_until() const;
  void send();
  void run_insurance(std::size_t step);
  void run_tail();
  void run_step(const DeviceStep& step, const slice::Slice& slice, Step what);
  void note(Step what, TimePoint begun, Duration took, Duration Timing::*sum, int exit = -1);
  std::optional<std::size_t> next_insurance() const;
  void look_at_exchange();
  void offer(int exit);
  void end();
  Tensor logits(int exit) const;
  bool edge_pending() const;
  std::vector<transport::WireTensor> encode_crossing();

  InferenceTask task_;
  RunContext& context_;
  Phase phase_ = Phase::decide;
  Decision decision_;
  FeatureMaps maps_;
  std::optional<Insurance> insurance_;
  std::optional<std::size_t> next_;  // step of the ladder that state() found
  std::size_t done_steps_ = 0;       // of the front or the tail
  Duration device_time_{0};
  bool on_device_from_start_ = false;
  std::string problem_;                     // the device's own, while the edge may yet answer
  std::shared_ptr<EdgeExchange> exchange_;  // once something was sent
};

using InferenceRuns = std::vector<std::unique_ptr<InferenceRun>>;

/// Drops the runs that are done. @returns which of the others is to take its step next: the least
/// rank(), then the earliest deadline(); nullptr when none is ready
InferenceRun* most_urgent(InferenceRuns& runs);

}  // namespace branchline::runtime
