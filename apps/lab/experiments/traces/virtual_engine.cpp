#include "apps/lab/experiments/traces/virtual_engine.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/runtime/compute_loop.h"
#include "framework/runtime/wake_up_reserve.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using runtime::InferenceRun;

constexpr Duration kWarmUpTime = 5s;
constexpr std::size_t kWarmUp = static_cast<std::size_t>(-1);
constexpr Duration kUpkeepEvery = 20ms;

}  // namespace

VirtualEngine::VirtualEngine(const TraceSetting& setting, const TraceCase& trace,
                             slice::SliceCache& cache)
    : setting_(setting),
      edge_(time_, with_warm_up(trace, kWarmUpTime), setting.model->digest(),
            [this](const transport::Request& request) { return serve(request); }),
      keep_at_(time_.now()),
      link_(
          {{"virtual", 1}}, setting.model->digest(),
          [this](const auto&, const auto& hello, auto listener) {
            return edge_.connect(hello, std::move(listener));
          },
          time_, [this] { keep_now_ = true; }),
      times_(std::make_shared<runtime::StepTimes>(setting.graph)),
      wire_(setting.graph, setting.model->manifest(), setting.slowdown),
      shelf_(
          setting.model, cache, [] {}, [](const std::string&) {}),
      replanner_(setting.graph, setting.model->digest(), nullptr, times_, wire_, shelf_, time_),
      prober_(setting.model, wire_, link_, shelf_, replanner_),
      device_(setting, [this](Duration time) { pass(time); }),
      context_{setting.graph, replanner_, shelf_, link_, wire_, device_, time_, bell_} {
  for (int exit = 0; exit < setting.graph.exit_count(); ++exit) {
    const planner::Plan on_device = runtime::all_on(setting.graph, exit, Tier::device);
    shelf_.want_now(
        *runtime::runnable_plan(setting.graph, setting.model->digest(), on_device, *times_));
  }
}

VirtualEngine::~VirtualEngine() { link_.shut_down("the trace is over"); }

transport::Answer VirtualEngine::serve(const transport::Request& request) const {
  transport::Answer answer;
  Duration compute{0};
  for (const transport::WireStage& stage : request.plan.stages) {
    for (const std::int32_t unit : to_units(stage.units)) {
      compute += setting_.graph.units[static_cast<std::size_t>(unit)].time.at(1).value();
    }
  }
  const auto stretched = [this](Duration time) {
    return Duration(static_cast<Duration::rep>(speed_.edge * static_cast<double>(time.count())));
  };
  answer.compute = stretched(compute);
  for (const transport::WireTensor& tensor : request.tensors) {
    answer.decode += stretched(
        setting_.decode_time(tensor.value.unit, transport::name_of(tensor.encoded.codec)));
  }
  for (const transport::WireValue& value : request.plan.outputs) {
    const graph::ValueId id = runtime::from_wire(value);
    answer.tensors.push_back(
        runtime::encode_value(id, blank_value(setting_.graph, id), transport::Codec::raw));
  }
  return answer;
}

std::vector<TraceFrame> VirtualEngine::play(const std::vector<FrameSpeed>& speeds) {
  BL_EXPECT(frames_.empty(), "a trace is played once");
  frames_.resize(speeds.size());
  const TimePoint start = time_.now() + kWarmUpTime;
  TimePoint arrival = time_.now();
  for (std::int64_t picture = 0; arrival + setting_.period <= start; ++picture) {
    begin(kWarmUp, picture, arrival);
    arrival += setting_.period;
    work_until(arrival);
  }
  work_until(start);
  for (std::size_t frame = 0; frame < speeds.size(); ++frame) {
    arrival = start + static_cast<std::int64_t>(frame) * setting_.period;
    work_until(arrival);
    speed_ = speeds[frame];
    begin(frame, static_cast<std::int64_t>(frame), arrival);
  }
  work_until(arrival + setting_.period);
  return frames_;
}

void VirtualEngine::begin(std::size_t frame, std::int64_t picture, TimePoint arrival) {
  device_.set_stretch(speed_.device);
  auto slot = std::make_shared<runtime::AnswerSlot>(
      frame,
      runtime::TimeBudget{arrival, arrival + setting_.deadline, runtime::WakeUpReserve::kLeast});
  pending_.push_back({slot, frame});
  runtime::InferenceTask task;
  const auto input = static_cast<std::size_t>(picture) % setting_.inputs.size();
  task.inputs = {{graph::ValueId{0, 0}, setting_.inputs[input]}};
  task.slot = std::move(slot);
  runs_.push_back(std::make_unique<InferenceRun>(std::move(task), context_));
}

/// As runtime::ComputeLoop.
void VirtualEngine::work_until(TimePoint end) {
  while (time_.now() < end) {
    settle_due();
    InferenceRun* urgent = runtime::most_urgent(runs_);
    settle_due();  // looking at a run may have ended it
    if (urgent != nullptr) {
      urgent->step();
    } else {
      step_to(std::min(end, next_event()));
    }
  }
  settle_due();
}

void VirtualEngine::pass(Duration time) {
  const TimePoint end = time_.now() + time;
  while (time_.now() < end) {
    step_to(std::min(end, next_event()));
    settle_due();
  }
}

TimePoint VirtualEngine::next_event() const {
  TimePoint next = keep_now_ ? time_.now() : keep_at_;
  if (const auto event = edge_.next_event()) next = std::min(next, *event);
  for (const Pending& pending : pending_) {
    const TimePoint due = pending.slot->budget().answer_by();
    if (due > time_.now()) next = std::min(next, due);
  }
  return std::max(next, time_.now());
}

void VirtualEngine::step_to(TimePoint time) {
  time_.set(time);
  edge_.run();
  if (keep_now_ || time >= keep_at_) keep();
}

void VirtualEngine::settle_due() {
  const TimePoint now = time_.now();
  std::vector<Pending> due;
  std::erase_if(pending_, [&](const Pending& pending) {
    if (!pending.slot->due(now)) return false;
    due.push_back(pending);
    return true;
  });
  for (const Pending& pending : due) note(pending, pending.slot->settle(now));
}

/// As runtime::Upkeep.
void VirtualEngine::keep() {
  keep_now_ = false;
  const TimePoint link_due = link_.tick();
  const runtime::LinkView view = link_.view();
  if (view.up && !view.draining) {
    replanner_.replan(view);
    for (const auto& shelved : shelf_.all()) {
      while (!shelved->device_ready && !shelved->failed) std::this_thread::sleep_for(1ms);
    }
    shelf_.prepare_edge(link_);
    prober_.measure(view, time_.now());
  }
  keep_at_ = std::min(link_due, time_.now() + kUpkeepEvery);
}

/// What crossed last before the edge: a chain's cut stands behind the last unit of the front.
Crossing VirtualEngine::crossing_of(const Result& result) const {
  if (result.plan.place == Place::device) return {};
  for (const Stage& stage : result.plan.stages) {
    if (stage.codec.empty()) continue;
    const transport::Codec codec = transport::codec_from_name(stage.codec, "the plan's codec");
    return {stage.units.back().last, transport::name_of(transport::unpacked(codec))};
  }
  return {};
}

void VirtualEngine::note(const Pending& pending, const Result& result) {
  if (pending.frame == kWarmUp) return;
  TraceFrame& frame = frames_[pending.frame];
  frame.latency = result.latency;
  frame.place = result.plan.place;
  frame.why = result.why;
  const Plan& planned = result.abandoned ? *result.abandoned : result.plan;
  frame.planned_exit = planned.exit - 1;
  frame.planned_place = planned.place;
  frame.predicted = planned.predicted;
  frame.link_up = result.link.up;
  frame.estimated_bytes_per_s = result.link.uplink_bps / 8;
  frame.in_time = static_cast<bool>(result) && result.latency <= setting_.deadline;
  if (!frame.in_time) return;
  frame.exit = result.plan.exit - 1;
  frame.crossing = crossing_of(result);
  frame.right = setting_.pictures.answers.right(frame.crossing, frame.exit,
                                                static_cast<std::int64_t>(pending.frame));
}

}  // namespace branchline::lab
