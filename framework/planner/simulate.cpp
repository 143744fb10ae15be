#include "framework/planner/simulate.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <set>
#include <tuple>

#include "framework/planner/internal/frame_tasks.h"

namespace branchline::planner {
namespace {

using internal::FrameTask;
using internal::WideSum;

struct TaskRef {
  std::int32_t frame = 0, task = 0;
};

enum class Happening { frame_arrives, resource_frees, task_done };

struct FutureEvent {
  WideSum time = 0;
  std::int64_t number = 0;  ///< of equal times the one foreseen first
  Happening what = Happening::frame_arrives;
  TaskRef ref;

  friend bool operator>(const FutureEvent& a, const FutureEvent& b) {
    return std::tie(a.time, a.number) > std::tie(b.time, b.number);
  }
};

/// Place in a resource's queue: the earlier frame, then (but for the device) the earlier to come,
/// then the plan's order.
using QueuePlace = std::tuple<std::int32_t, WideSum, std::int32_t, std::int32_t>;

class EventLoop {
 public:
  EventLoop(std::vector<std::vector<FrameTask>> frames, Nanoseconds period)
      : frames_(std::move(frames)) {
    done_at_.assign(frames_.size(), 0);
    for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
      const WideSum arrival = WideSum{period.count()} * static_cast<WideSum>(frame);
      arrival_.push_back(arrival);
      foresee(arrival, Happening::frame_arrives, {static_cast<std::int32_t>(frame), 0});
    }
  }

  Simulation run() {
    while (!future_.empty()) {
      const WideSum now = future_.top().time;
      while (!future_.empty() && future_.top().time == now) {
        const FutureEvent event = future_.top();
        future_.pop();
        handle(event);
      }
      for (std::size_t resource = 0; resource < kResources; ++resource) serve(resource, now);
    }
    return report();
  }

 private:
  FrameTask& task(TaskRef ref) {
    return frames_[static_cast<std::size_t>(ref.frame)][static_cast<std::size_t>(ref.task)];
  }

  void foresee(WideSum time, Happening what, TaskRef ref) {
    future_.push({time, next_number_++, what, ref});
  }

  void handle(const FutureEvent& event) {
    const auto frame = static_cast<std::size_t>(event.ref.frame);
    if (event.what == Happening::frame_arrives) {
      for (std::size_t index = 0; index < frames_[frame].size(); ++index) {
        const TaskRef ref{event.ref.frame, static_cast<std::int32_t>(index)};
        if (task(ref).waits_for == 0) becomes_ready(ref, event.time);
      }
    } else if (event.what == Happening::resource_frees) {
      serving_[static_cast<std::size_t>(*task(event.ref).resource)] = false;
      foresee(event.time + task(event.ref).travel, Happening::task_done, event.ref);
    } else {
      done_at_[frame] = std::max(done_at_[frame], event.time);
      for (const std::int32_t next : task(event.ref).then) {
        const TaskRef ref{event.ref.frame, next};
        if (--task(ref).waits_for == 0) becomes_ready(ref, event.time);
      }
    }
  }

  void becomes_ready(TaskRef ref, WideSum now) {
    const FrameTask& ready = task(ref);
    if (!ready.resource) {
      foresee(now + ready.duration, Happening::task_done, ref);
      return;
    }
    const WideSum came = *ready.resource == Resource::device ? 0 : now;
    waiting_[static_cast<std::size_t>(*ready.resource)].insert(
        {ref.frame, came, ready.rank, ref.task});
  }

  void serve(std::size_t resource, WideSum now) {
    std::set<QueuePlace>& waiting = waiting_[resource];
    if (serving_[resource] || waiting.empty()) return;
    const auto [frame, came, rank, index] = *waiting.begin();
    waiting.erase(waiting.begin());
    const TaskRef ref{frame, index};
    const WideSum end = now + task(ref).duration;
    serving_[resource] = true;
    busy_[resource] += task(ref).duration;
    events_.push_back({frame, static_cast<Resource>(resource), task(ref).unit,
                       internal::clamped_time(now), internal::clamped_time(end)});
    foresee(end, Happening::resource_frees, ref);
  }

  Simulation report() {
    Simulation simulation;
    WideSum last = 0;
    for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
      simulation.latency.push_back(internal::clamped_time(done_at_[frame] - arrival_[frame]));
      last = std::max(last, done_at_[frame]);
    }
    simulation.makespan = internal::clamped_time(last);
    std::transform(busy_.begin(), busy_.end(), simulation.busy.begin(), internal::clamped_time);
    simulation.frames_per_s =
        last > 0 ? static_cast<double>(frames_.size()) * 1e9 / static_cast<double>(last)
                 : std::numeric_limits<double>::infinity();
    std::stable_sort(events_.begin(), events_.end(),
                     [](const SimulatedEvent& a, const SimulatedEvent& b) {
                       return std::tie(a.start, a.resource) < std::tie(b.start, b.resource);
                     });
    simulation.events = std::move(events_);
    return simulation;
  }

  std::vector<std::vector<FrameTask>> frames_;
  std::vector<WideSum> arrival_, done_at_;  ///< by frame
  std::priority_queue<FutureEvent, std::vector<FutureEvent>, std::greater<>> future_;
  std::int64_t next_number_ = 0;
  std::array<std::set<QueuePlace>, kResources> waiting_;
  std::array<bool, kResources> serving_{};
  std::array<WideSum, kResources> busy_{};
  std::vector<SimulatedEvent> events_;
};

}  // namespace

const char* name_of(Resource resource) noexcept {
  constexpr std::array<const char*, kResources> kNames = {
      "device", "uplink", "edge", "downlink", "uplink2", "cloud", "downlink2"};
  return kNames[static_cast<std::size_t>(resource)];
}

Simulation simulate(const PlanRequest& request, const Plan& plan, ExecutionMode mode) {
  return simulate_stream(request, {plan}, Nanoseconds(0), mode);
}

Simulation simulate_stream(const PlanRequest& request, const std::vector<Plan>& plans,
                           Nanoseconds period, ExecutionMode mode) {
  std::vector<std::vector<FrameTask>> frames;
  frames.reserve(plans.size());
  for (const Plan& plan : plans) frames.push_back(internal::frame_tasks(request, plan, mode));
  return EventLoop(std::move(frames), period).run();
}

}  // namespace branchline::planner
