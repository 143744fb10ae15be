#include "framework/runtime/batch_trial.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/profile/slice_inputs.h"
#include "framework/profile/stopwatch.h"
#include "framework/runtime/slice_chain.h"
#include "framework/slice/agreement.h"

namespace branchline::runtime {
namespace {

constexpr Duration kTrialPatience = std::chrono::milliseconds(200);
constexpr int kTrialRuns = 4;  ///< of a size; the first compiles oneDNN's kernels for it
constexpr double kSameWithin = 1e-4;

/// Of the same shape and type, with other values wherever a network computes with them.
at::Tensor another(const at::Tensor& tensor) {
  if (tensor.is_floating_point()) return tensor.flip(-1) * 0.5;
  return tensor.scalar_type() == at::kByte ? tensor.flip(-1) : tensor;
}

}  // namespace

BatchTrial::BatchTrial(EdgeQueue& queue, const TimeSource& time, ReadyPlan plan)
    : queue_(queue), time_(time), plan_(std::move(plan)) {
  background = true;
  fastest_.fill(Duration::max());
  foretell_turn();
}

bool BatchTrial::worthwhile(const ServiceTimes& times, const EdgeQueue::Limits& limits) {
  return 2 * times.of(1) <= limits.longest_batch;
}

void BatchTrial::foretell_turn() {
  deadline = time_.now() + kTrialPatience;
  const int size = compared_ ? ServiceTimes::kSizes[size_] : (both_.empty() ? 2 : 1);
  predicted = size * plan_.times->of(1);
}

BatchTrial::Tensors BatchTrial::stacked(int size) const {
  Tensors inputs;
  for (std::size_t i = 0; i < samples_[0].size(); ++i) {
    Tensors rows;
    for (int row = 0; row < size; ++row) rows.push_back(samples_[row % 2][i]);
    inputs.push_back(size == 1 ? rows[0] : at::cat(rows));
  }
  return inputs;
}

BatchTrial::Tensors BatchTrial::run_once(const Tensors& inputs, Duration& took) const {
  const profile::Stopwatch watch;
  SliceChain chain(plan_.pieces, plan_.checked.inputs, inputs);
  while (!chain.done()) chain.run_next();
  took = watch.elapsed();
  Tensors outputs;
  for (const graph::ValueId& id : plan_.checked.outputs) outputs.push_back(chain.value(id));
  return outputs;
}

/// One run of the three that it takes.
void BatchTrial::compare_two() {
  Duration took{0};
  if (both_.empty()) {
    samples_ = {profile::slice_inputs(*plan_.model, plan_.checked.units), {}};
    for (const at::Tensor& tensor : samples_[0]) samples_[1].push_back(another(tensor));
    both_ = run_once(stacked(2), took);
  } else if (first_.empty()) {
    first_ = run_once(samples_[0], took);
  } else {
    const Tensors second = run_once(samples_[1], took);
    for (std::size_t i = 0; i < both_.size(); ++i) {
      const at::Tensor expected = at::cat({first_[i], second[i]});
      if (!slice::compare(expected, both_[i]).within(kSameWithin)) return give_up();
    }
    compared_ = true;
  }
}

void BatchTrial::give_up() {
  plan_.times->forbid();
  done_ = true;
}

/// Goes on to the next size worth a look; at the end tells what came out. @returns false then.
bool BatchTrial::next_size() {
  runs_ = 0;
  ++size_;
  constexpr auto& sizes = ServiceTimes::kSizes;
  const EdgeQueue::Limits& limits = queue_.limits();
  const bool more = size_ < sizes.size() && sizes[size_] <= limits.max_batch &&
                    fastest_[0] * sizes[size_] <= limits.longest_batch;
  if (more) return true;
  std::array<double, sizes.size()> relative{};
  for (std::size_t i = 0; i < size_; ++i) {
    relative[i] = static_cast<double>(fastest_[i].count()) /
                  static_cast<double>(std::max<Duration::rep>(1, fastest_[0].count()));
  }
  plan_.times->set_trial(relative);
  return false;
}

void BatchTrial::step() {
  if (!compared_) return compare_two();
  Duration took{0};
  run_once(stacked(ServiceTimes::kSizes[size_]), took);
  if (++runs_ > 1) fastest_[size_] = std::min(fastest_[size_], took);
  if (runs_ == kTrialRuns) done_ = !next_size();
}

bool BatchTrial::run(const EdgeWorks&) {
  try {
    step();
  } catch (const std::exception&) {  // a shape is a constant somewhere in a slice
    give_up();
  }
  if (!done_) foretell_turn();
  return done_;
}

}  // namespace branchline::runtime
