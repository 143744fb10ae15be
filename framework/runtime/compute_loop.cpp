#include "framework/runtime/compute_loop.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <utility>

namespace branchline::runtime {

ComputeLoop::ComputeLoop(RequestQueue<InferenceTask>& queue, RunContext& context)
    : queue_(queue), context_(context), thread_([this] { run(); }) {}

ComputeLoop::~ComputeLoop() { stop(); }

void ComputeLoop::stop() {
  stopping_ = true;
  context_.bell.ring();
  if (thread_.joinable()) thread_.join();
}

void ComputeLoop::take_from_queue() {
  while (runs_.size() < kMostUnderWay) {
    std::optional<InferenceTask> task = queue_.pop();
    if (!task) return;
    if (task->slot->settled()) continue;
    runs_.push_back(std::make_unique<InferenceRun>(std::move(*task), context_));
    under_way_ = runs_.size();
  }
}

TimePoint ComputeLoop::next_look() const {
  TimePoint next = Clock::now() + std::chrono::seconds(1);
  for (const auto& run : runs_) {
    if (const std::optional<TimePoint> look = run->look_again()) next = std::min(next, *look);
  }
  return next;
}

void ComputeLoop::run() {
  const c10::InferenceMode inference;
  while (!stopping_) {
    try {
      take_turn();
    } catch (const std::exception& error) {  // a step fails its own request; this is beyond one
      end_all(Outcome::error, Why::model_error, error.what());
    }
  }
  end_all(Outcome::stopped, Why::planned, "the engine was stopped");
  while (std::optional<InferenceTask> task = queue_.pop()) {
    task->slot->fail(Outcome::stopped, Why::planned, "the engine was stopped");
  }
}

void ComputeLoop::take_turn() {
  const std::uint64_t rings = context_.bell.rings();
  take_from_queue();
  InferenceRun* const urgent = most_urgent(runs_);
  under_way_ = runs_.size();
  if (urgent != nullptr) {
    urgent->step();
  } else if (queue_.size() == 0 || runs_.size() == kMostUnderWay) {
    context_.replanner.price_ahead(context_.link.view());
    context_.bell.wait_until(rings, next_look());
  }
}

void ComputeLoop::end_all(Outcome outcome, Why why, const std::string& detail) {
  for (const auto& run : runs_) run->slot()->fail(outcome, why, detail);
  runs_.clear();
  under_way_ = 0;
}

}  // namespace branchline::runtime
