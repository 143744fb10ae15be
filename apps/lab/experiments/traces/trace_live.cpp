#include "apps/lab/experiments/traces/trace_live.h"

#include <algorithm>
#include <exception>
#include <opencv2/imgproc.hpp>

#include "apps/lab/demo_play.h"
#include "apps/lab/edge_process.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::lab {
namespace {

std::vector<SourceFrame> source_frames(const branchy_models::LabelledImages& images,
                                       std::size_t count) {
  std::vector<SourceFrame> frames;
  for (std::size_t i = 0; i < count; ++i) {
    const auto index = static_cast<std::int64_t>(i) % images.size();
    branchy_models::LabelledImage picture = images.at(index, 0);
    branchy_models::Image& image = picture.image;
    const bool gray = image.channels == 1;
    const cv::Mat pixels(image.height, image.width, gray ? CV_8UC1 : CV_8UC3, image.pixels.data());
    SourceFrame frame;
    cv::cvtColor(pixels, frame.image, gray ? cv::COLOR_GRAY2BGR : cv::COLOR_RGB2BGR);
    frame.label = images.classes()[static_cast<std::size_t>(picture.label)];
    frame.name = "picture " + std::to_string(index);
    frames.push_back(std::move(frame));
  }
  return frames;
}

/// What the engine sends a whole picture as.
std::string picture_codec(const TraceSetting& setting) {
  const runtime::WireCosts wire(setting.graph, setting.model->manifest(), setting.slowdown);
  return wire.codec({0, 0}) == transport::Codec::jpeg ? "JPEG" : "PNG";
}

/// As the simulation calls them.
std::vector<Method> forced_methods(const TraceSetting& setting) {
  const int exits = setting.graph.exit_count();
  std::vector<Method> methods = {
      {"edge only, " + picture_codec(setting), true, true, Place::edge, exits, true}};
  for (const int exit : {1, exits}) {
    methods.push_back(
        {"device only, exit " + std::to_string(exit), false, false, Place::device, exit, true});
  }
  return methods;
}

DemoStage stage_of(const TraceSetting& setting, const TraceCase& trace, Duration length,
                   const EdgeProcess& edge, const std::vector<SourceFrame>& frames) {
  DemoStage stage;
  stage.model = setting.model->file();
  stage.edge_port = edge.port();
  stage.slowdown = setting.slowdown;
  stage.script = DemoScript{};
  stage.script.trace = length;
  stage.script.deadline = setting.deadline;
  stage.script.rate_hz = 1e9 / static_cast<double>(setting.period.count());
  const transport::LinkProfile before = with_warm_up(trace, std::chrono::seconds(1));
  stage.script.good_uplink_bytes_per_s = before.uplink.steps.front().bytes_per_s;
  stage.script.good_downlink_bytes_per_s = before.downlink.steps.front().bytes_per_s;
  stage.script.delay = trace.link.delay;
  stage.link = trace.link;
  stage.frames = &frames;
  return stage;
}

LiveRow row_of(const TraceSetting& setting, const TraceCase& trace, const std::string& method,
               const std::vector<FrameRecord>& records, const std::vector<TracePlay>& simulated) {
  LiveRow row{setting.network, trace.name, method, 0, 0, 0, 0};
  const auto frames = static_cast<double>(std::max<std::size_t>(records.size(), 1));
  for (const FrameRecord& record : records) {
    row.live_hits += (record.in_time() ? 1 : 0) / frames;
    row.live_right += (record.in_time() && record.correct().value_or(false) ? 1 : 0) / frames;
  }
  for (const TracePlay& play : simulated) {
    if (play.method != method) continue;
    for (std::size_t i = 0; i < std::min(records.size(), play.frames.size()); ++i) {
      row.simulated_hits += (play.frames[i].in_time ? 1 : 0) / frames;
      row.simulated_right += (play.frames[i].right ? 1 : 0) / frames;
    }
  }
  return row;
}

}  // namespace

std::vector<LiveRow> play_trace_live(const TraceSetting& setting, const TraceCase& trace,
                                     Duration length, const branchy_models::LabelledImages& images,
                                     const std::vector<TracePlay>& simulated,
                                     const std::string& log_file, const StopFlag& stop) {
  length = std::min(length, trace.length);
  const auto frames = source_frames(images, static_cast<std::size_t>(length / setting.period) + 1);
  const EdgeProcess edge(find_edge_program(), setting.model->file(), log_file);
  const DemoStage stage = stage_of(setting, trace, length, edge, frames);
  const Method ours{.name = "branchline"};
  std::vector<LiveRow> rows = {
      row_of(setting, trace, ours.name, play_method(ours, stage, stop).records, simulated)};
  const std::vector<Method> methods = forced_methods(setting);
  const std::vector<Played> others = play_together(methods, stage, stop);
  for (std::size_t i = 0; i < methods.size(); ++i) {
    rows.push_back(row_of(setting, trace, methods[i].name, others[i].records, simulated));
  }
  return rows;
}

}  // namespace branchline::lab
