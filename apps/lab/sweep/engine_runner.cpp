#include "apps/lab/sweep/engine_runner.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "apps/lab/adaptation_experiment.h"
#include "apps/lab/sweep/stop_point.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/runtime/exit_ladder.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReadyAtMost = 60s;
constexpr int kLeastUntold = 4, kMostUntold = 40, kAlike = 3;

const Plan& planned(const Result& result) {
  return result.abandoned ? *result.abandoned : result.plan;
}

std::string codec_of(const Plan& plan) {
  for (const Stage& stage : plan.stages) {
    if (!stage.codec.empty()) return stage.codec;
  }
  return "";
}

/// The most that a slice of the device can hold up the next frame.
Duration longest_slice(const graph::LayerGraph& graph) {
  runtime::StepTimes times(graph);
  const std::vector<bool> nothing(graph.units.size(), false);
  Duration longest{0};
  for (const runtime::DeviceStep& step : runtime::exit_ladder(graph, nothing, times).steps) {
    longest = std::max(longest, step.time->cautious(1));
  }
  return longest;
}

FrameAnswer answer_of(const Result& result) {
  FrameAnswer answer{result.plan.exit, name_of(result.plan.place), codec_of(result.plan),
                     result.plan.expected_accuracy};
  const bool probe = result.why == Why::probing;  // the device was to answer
  if (result.plan.place == Place::device && result.fell_back() && !probe) answer.place = "insured";
  return answer;
}

}  // namespace

PlanSample sample_of(const Result& result, std::int64_t up_overhead, Duration delay) {
  PlanSample sample;
  sample.total = result.latency;
  sample.answer = answer_of(result);
  sample.bytes_up = result.timing.bytes_up;
  if (sample.bytes_up > 0) sample.bytes_up += static_cast<std::uint64_t>(up_overhead);
  if (result.plan.place != Place::device) {
    const Duration back = std::min(delay, result.timing.uplink);
    sample.uplink = result.timing.uplink - back;
    sample.downlink = result.timing.downlink + back;
    sample.edge = result.timing.edge_queued + result.timing.edge;
    sample.bytes_down = result.timing.bytes_down;
  }
  sample.device = sample.total - sample.uplink - sample.edge - sample.downlink;
  return sample;
}

EngineRunner::EngineRunner(const LabNetwork& network, std::uint16_t edge_port)
    : network_(network), edge_port_(edge_port), longest_slice_(longest_slice(network.graph)) {}

void EngineRunner::open(const transport::LinkProfile& link, const StopFlag& stop) {
  close();
  profile_ = link;
  link_ = std::make_unique<transport::LinkEmulator>(
      io_, transport::Endpoint{"127.0.0.1", 0}, transport::Endpoint{"127.0.0.1", edge_port_}, link);
  Options options;
  options.edges = {"127.0.0.1:" + std::to_string(link_->port())};
  options.profile_file = network_.profile_file;
  options.device_slowdown = network_.slowdown;
  engine_.emplace(Engine::open(network_.file, options));
  const TimePoint end = Clock::now() + kReadyAtMost;
  for (Status now = engine_->status(); !now.link.up || !now.ready; now = engine_->status()) {
    if (Clock::now() > end) {
      throw RunError("the engine is not ready for the edge after a minute: " + now.problem);
    }
    stop.wait_until(Clock::now() + 20ms);
    stop_point(stop);
  }
}

void EngineRunner::close() {
  engine_.reset();
  link_.reset();
}

void EngineRunner::settle(Duration deadline, Duration at_most, const StopFlag& stop) {
  const TimePoint end = Clock::now() + at_most;
  std::string plan;
  int alike = 0;
  for (int frame = 0; frame < kMostUntold && Clock::now() < end; ++frame) {
    const std::size_t index = static_cast<std::size_t>(frame) % network_.pictures.size();
    const Result result = infer(network_.pictures[index], deadline);
    stop_point(stop);
    if (result.why == Why::probing) continue;
    const std::string now = plan_name(planned(result));
    alike = now == plan ? alike + 1 : 1;
    plan = now;
    const bool known = result.link.uplink_bps > 0 && engine_->status().ready;
    if (frame + 1 >= kLeastUntold && alike >= kAlike && known) return;
  }
}

void EngineRunner::set_link(const transport::LinkProfile& link) {
  profile_ = link;
  link_->set_profile(link);
}

Result EngineRunner::infer(const at::Tensor& picture, Duration deadline) {
  const Tensor pixels = model::from_torch(picture);
  Request request;
  request.inputs = {{pixels.data.get(), pixels.type, pixels.shape}};
  request.deadline = Clock::now() + deadline;
  Result result = engine_->infer(request);
  if (!result) throw RunError(network_.name + ": the engine gave no answer: " + result.explain());
  // An edge that answered leaves the insurance's slice under way; a plan that was given up leaves
  // bytes on the link, too.
  if (result.plan.place != Place::device || result.fell_back()) {
    std::this_thread::sleep_for(longest_slice_);
  }
  if (result.fell_back()) std::this_thread::sleep_for(deadline);
  return result;
}

PlanSample EngineRunner::run(const at::Tensor& picture, Duration deadline) {
  return sample_of(infer(picture, deadline), network_.up_overhead, profile_.delay);
}

}  // namespace branchline::lab
