#include "apps/lab/experiments/traces/trace_plans.h"

#include <algorithm>
#include <utility>

#include "apps/lab/experiments/traces/virtual_device.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_tensors.h"
#include "transport/frame_writer.h"

namespace branchline::lab {
namespace {

using transport::Codec;

Duration time_on(const graph::LayerGraph& graph, const UnitRanges& units, std::size_t tier) {
  Duration time{0};
  for (const std::int32_t unit : to_units(units)) {
    time += graph.units[static_cast<std::size_t>(unit)].time.at(tier).value();
  }
  return time;
}

Duration time_of(const graph::LayerGraph& graph, const std::vector<runtime::DeviceStep>& steps) {
  Duration time{0};
  for (const runtime::DeviceStep& step : steps) time += time_on(graph, step.spec.units, 0);
  return time;
}

std::int64_t frame_size(transport::Body body) {
  transport::OutgoingFrame frame;
  transport::OutgoingFrame::make({1, std::move(body)}, frame);
  return static_cast<std::int64_t>(frame.bytes());
}

/// What goes up and comes down, on zeros: only pictures' sizes depend on what is in them.
void add_remote(const TraceSetting& setting, const runtime::RemotePart& remote,
                const CodecOf& codec_of, FramePlan& plan) {
  transport::Request request;
  request.plan = remote.plan;
  std::int64_t picture_bytes = 0;
  for (const graph::ValueId& value : remote.sent) {
    const Codec codec = codec_of(value);
    const std::string name = transport::name_of(codec);
    plan.device += setting.encode_time(value.unit, name);
    plan.edge += setting.decode_time(value.unit, name);
    request.tensors.push_back(
        runtime::encode_value(value, blank_value(setting.graph, value), codec));
    plan.crossing = {value.unit, name};
    if (codec != Codec::jpeg && codec != Codec::png) continue;
    picture_bytes -= static_cast<std::int64_t>(request.tensors.back().encoded.payload_bytes);
    plan.sends_jpeg = codec == Codec::jpeg;
    for (const profile::CodecRow& row : setting.pictures.codecs.rows) {
      const bool this_one = codec == Codec::png && row.unit == value.unit && row.codec == name;
      if (this_one) picture_bytes += static_cast<std::int64_t>(row.bytes);
    }
  }
  if (remote.sent.size() > 1) plan.crossing = {remote.sent.front().unit, "several"};
  plan.bytes_up = frame_size(std::move(request)) + picture_bytes;
  transport::Answer answer;
  for (const graph::ValueId& value : remote.returned) {
    answer.tensors.push_back(
        runtime::encode_value(value, blank_value(setting.graph, value), Codec::raw));
  }
  plan.bytes_down = frame_size(std::move(answer));
}

/// The codecs measured behind a unit that is one value; packed ones too.
std::vector<Codec> measured_codecs_at(const TraceSetting& setting, std::int32_t unit) {
  std::vector<Codec> codecs;
  for (const profile::CodecRow& row : setting.pictures.codecs.rows) {
    if (row.unit != unit) continue;
    const Codec codec = transport::codec_from_name(row.codec, "the measured codecs");
    const bool size_is_known = transport::packing_of(codec) == transport::Packing::none;
    if (size_is_known) codecs.push_back(codec);
  }
  return codecs;
}

}  // namespace

std::optional<FramePlan> frame_plan(const TraceSetting& setting, const planner::Plan& placed,
                                    const CodecOf& codec_of) {
  runtime::StepTimes times(setting.graph);
  const auto runnable =
      runtime::runnable_plan(setting.graph, setting.model->digest(), placed, times);
  if (!runnable) return std::nullopt;
  FramePlan plan;
  plan.exit = runnable->exit;
  plan.place = runnable->place;
  if (!runnable->remote) {
    for (const std::size_t step : runnable->ladder.rungs.at(static_cast<std::size_t>(plan.exit))) {
      plan.device += time_on(setting.graph, runnable->ladder.steps[step].spec.units, 0);
    }
  } else {
    plan.device = time_of(setting.graph, runnable->front);
    plan.tail = time_of(setting.graph, runnable->tail);
    plan.edge = time_on(setting.graph, runnable->remote->units, 1);
    add_remote(setting, *runnable->remote, codec_of, plan);
  }
  plan.accuracy = setting.pictures.answers.accuracy(plan.crossing, plan.exit);
  return plan;
}

CodecOf engine_codecs(const runtime::WireCosts& wire) {
  return [&wire](graph::ValueId value) { return wire.codec(value); };
}

std::vector<FramePlan> all_frame_plans(const TraceSetting& setting) {
  std::vector<FramePlan> plans;
  const auto add = [&](const planner::Plan& plan, Codec codec) {
    const auto made = frame_plan(setting, plan, [codec](graph::ValueId) { return codec; });
    if (made) plans.push_back(*made);
  };
  for (int exit = 0; exit < setting.graph.exit_count(); ++exit) {
    for (const std::int32_t cut : graph::cut_vertices(setting.graph, exit)) {
      planner::Plan plan = runtime::all_on(setting.graph, exit, Tier::edge);
      for (std::int32_t unit = 0; unit <= cut; ++unit) {
        std::optional<Tier>& tier = plan.tier[static_cast<std::size_t>(unit)];
        if (tier) tier = Tier::device;
      }
      const bool device_only =
          cut == setting.graph.exits[static_cast<std::size_t>(exit)].value.unit;
      if (device_only) {
        add(plan, Codec::raw);
        continue;
      }
      for (const Codec codec : measured_codecs_at(setting, cut)) add(plan, codec);
    }
  }
  std::stable_sort(plans.begin(), plans.end(), [](const FramePlan& a, const FramePlan& b) {
    const auto rank = [](const FramePlan& plan) {
      return plan.place == Place::device ? 0 : plan.place == Place::edge ? 1 : 2;
    };
    return rank(a) < rank(b);
  });
  return plans;
}

}  // namespace branchline::lab
