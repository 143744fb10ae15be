#include "apps/lab/sweep/plan_runner.h"

#include <algorithm>
#include <utility>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/runtime/edge_reply.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::lab {
namespace {

constexpr std::int64_t kSliceBytes = 512ll << 20;
constexpr Duration kPatience = std::chrono::seconds(60);

transport::Endpoint loopback(std::uint16_t port) { return {"127.0.0.1", port}; }

/// A device-only plan's front is the way to its exit.
std::vector<runtime::DeviceStep> front_of(const runtime::RunnablePlan& plan) {
  if (plan.remote) return plan.front;
  std::vector<runtime::DeviceStep> steps;
  for (const std::size_t step : plan.ladder.rungs.at(static_cast<std::size_t>(plan.exit))) {
    steps.push_back(plan.ladder.steps[step]);
  }
  return steps;
}

}  // namespace

PlanRunner::PlanRunner(const LabNetwork& network, std::uint16_t edge_port)
    : network_(network),
      edge_port_(edge_port),
      device_(network.slowdown, network.paces),
      cache_(kSliceBytes),
      wire_(network.wire_costs()) {}

PlanRunner::~PlanRunner() = default;

PlanRunner::Slices PlanRunner::compiled(const std::vector<runtime::DeviceStep>& steps) {
  Slices slices;
  for (const runtime::DeviceStep& step : steps) {
    slices.push_back(cache_.get(network_.model, step.spec));
  }
  return slices;
}

EdgeLine& PlanRunner::line() {
  if (!line_ || !line_->is_open()) {
    line_.reset();
    link_ =
        std::make_unique<transport::LinkEmulator>(io_, loopback(0), loopback(edge_port_), profile_);
    line_ = std::make_unique<EdgeLine>(io_, loopback(link_->port()), network_.model->digest(),
                                       kPatience);
  }
  return *line_;
}

void PlanRunner::prepare(const MethodPlan& plan, const transport::LinkProfile& link) {
  plan_ = plan;
  profile_ = link;
  front_ = compiled(front_of(plan.runnable));
  tail_ = compiled(plan.runnable.tail);
  line_.reset();
  if (!plan.runnable.remote) return;
  const auto reply = line().ask(transport::Prepare{plan.runnable.remote->plan}, kPatience);
  const bool ready = reply && std::holds_alternative<transport::Ready>(*reply->body);
  if (!ready) throw RunError("the edge did not get ready for " + plan.key);
  link_->set_profile(link);  // a recording starts over
}

void PlanRunner::run_slices(const Slices& slices, runtime::FeatureMaps& maps) {
  for (const auto& slice : slices) device_.run(*slice, maps);
}

/// What crosses, encoded.
transport::Request PlanRunner::request_of(const runtime::FeatureMaps& maps, Duration budget) {
  const runtime::RemotePart& remote = *plan_.runnable.remote;
  transport::Request request;
  request.plan = remote.plan;
  request.budget = budget;
  for (const graph::ValueId& value : remote.sent) {
    const transport::Codec codec = plan_.codecs.at(value);
    const auto encode = [&] {
      request.tensors.push_back(
          runtime::encode_value(value, maps.at(value), codec, wire_->options(value)));
    };
    // Raw is handed over as it is: no work that a slower device would take longer for.
    if (codec == transport::Codec::raw) {
      encode();
    } else {
      device_.encode(value, codec, encode);
    }
  }
  return request;
}

void PlanRunner::take(runtime::LinkReply reply, runtime::FeatureMaps& maps,
                      PlanSample& sample) const {
  sample.bytes_up = reply.bytes_up;
  const runtime::EdgeReply read =
      read_reply(network_.graph, *plan_.runnable.remote, std::move(reply));
  if (!read.values) throw RunError(plan_.key + ": " + read.sentence);
  for (const auto& [value, tensor] : *read.values) maps[value] = model::to_torch(tensor);
  const Duration back = std::min(profile_.delay, read.uplink);
  sample.bytes_down = read.bytes_down;
  sample.uplink = read.uplink - back;
  sample.downlink = read.downlink + back;
  sample.edge = read.queued + read.compute;
}

PlanSample PlanRunner::run(const at::Tensor& picture, Duration limit) {
  PlanSample sample;
  if (plan_.runnable.remote) line();  // connecting is no part of a request
  const TimePoint begun = Clock::now();
  runtime::FeatureMaps maps;
  maps[{0, 0}] = picture;
  run_slices(front_, maps);
  if (plan_.runnable.remote) {
    auto reply = line().ask(request_of(maps, limit), limit);
    if (!reply) {
      sample.given_up = true;
      sample.total = limit;
      return sample;
    }
    take(std::move(*reply), maps, sample);
  }
  run_slices(tail_, maps);
  sample.total = Clock::now() - begun;
  sample.device = sample.total - sample.uplink - sample.edge - sample.downlink;
  return sample;
}

}  // namespace branchline::lab
