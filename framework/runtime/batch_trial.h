#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "framework/runtime/edge_queue.h"
#include "framework/runtime/prepared_plans.h"

namespace branchline::runtime {

/// Finds out, as background work, whether a plan's slices give for two stacked requests what they
/// give for each alone (within 1e-4 of the largest value: oneDNN may choose other kernels), and how
/// many times longer than one alone each stack takes; tells the plan's times. Stacks that the
/// queue's limits do not allow are not tried. A slice that cannot be stacked is found here, before
/// a request depends on it. Each turn is one run, so that nobody waits for more.
class BatchTrial final : public EdgeWork {
 public:
  /// Whether the limits allow a run of two at all, should it save nothing.
  static bool worthwhile(const ServiceTimes& times, const EdgeQueue::Limits& limits);

  /// @param queue, time  must outlive it
  BatchTrial(EdgeQueue& queue, const TimeSource& time, ReadyPlan plan);

  bool wanted() const override { return true; }
  bool run(const EdgeWorks& mates) override;
  void drop(transport::Refusal, const std::string&) override {}

 private:
  using Tensors = std::vector<at::Tensor>;

  void step();
  Tensors run_once(const Tensors& inputs, Duration& took) const;
  Tensors stacked(int size) const;
  void compare_two();
  void give_up();
  void foretell_turn();
  bool next_size();

  EdgeQueue& queue_;
  const TimeSource& time_;
  const ReadyPlan plan_;
  std::vector<Tensors> samples_;  ///< two requests
  Tensors both_, first_;  ///< results of both stacked, and of the first alone; empty: to run
  bool compared_ = false, done_ = false;
  std::size_t size_ = 0;  ///< index among ServiceTimes::kSizes
  int runs_ = 0;          ///< of this size
  std::array<Duration, ServiceTimes::kSizes.size()> fastest_;
};

}  // namespace branchline::runtime
