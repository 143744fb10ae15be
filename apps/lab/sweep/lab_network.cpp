#include "apps/lab/sweep/lab_network.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "apps/branchline/text_file.h"
#include "apps/lab/sweep/network_pictures.h"
#include "apps/lab/sweep/paced_profile.h"
#include "apps/lab/sweep/sendings_json.h"
#include "apps/lab/sweep/stop_point.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/remote_timer.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/sample_values.h"
#include "transport/frame_writer.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;
using transport::Codec;

constexpr std::size_t kTaughtPictures = 8;
constexpr std::int64_t kProfileSlices = 1ll << 30;
constexpr Duration kConnectTime = std::chrono::seconds(5);

/// A file, or a name: of one in the folders, or of a shipped one.
std::string model_file(const std::string& named, const std::vector<std::string>& folders) {
  if (fs::is_regular_file(named)) return named;
  std::string places;
  for (const std::string& folder : folders) {
    const fs::path file = fs::path(folder) / (named + ".pt");
    if (fs::is_regular_file(file)) return file.string();
    places += folder + " or ";
  }
  const std::string shipped = find_shipped_file("branchy_models/pretrained") + "/" + named + ".pt";
  if (fs::is_regular_file(shipped)) return shipped;
  throw InputError(
      "there is no such file, and no " + named + ".pt in " + places + "among the shipped models",
      named,
      "give its folder: --models DIR (docs/experiments.md tells how to make well-known "
      "networks)",
      InputKind::model);
}

/// The first alternative with its pictures.
void choose_model(const std::vector<std::string>& alternatives, const Experiment& experiment,
                  LabNetwork& network) {
  std::string problems;
  for (const std::string& named : alternatives) {
    network.file = model_file(named, experiment.model_folders);
    network.name = fs::path(network.file).stem().string();
    const model::ModelManifest manifest = model::read_manifest(network.file);
    require_picture_input(manifest, network.file);
    std::string problem;
    auto found = experiment.pictures.empty()
                     ? test_pictures_for(manifest, experiment.data, experiment.seed, problem)
                     : frames_for(manifest, experiment.pictures);
    if (found) {
      network.pictures = std::move(found->pictures);
      network.data_set = found->source;
      return;
    }
    problems += (problems.empty() ? "" : "; ") + problem;
  }
  throw InputError("has no test pictures: " + problems, alternatives.back(),
                   "give their folder: --data");
}

void see_sending(const Tensor& value, graph::ValueId id, const runtime::WireCosts& costs,
                 LabNetwork& network) {
  for (const Codec codec : transport::all_codecs()) {
    const bool packed = transport::packing_of(codec) != transport::Packing::none;
    if (packed || !transport::can_encode(codec, value.type, value.shape)) continue;
    const TimePoint begun = Clock::now();
    const auto sent = runtime::encode_value(id, value, codec, costs.options(id));
    const Duration took = scaled(Clock::now() - begun, network.slowdown);
    network.sendings.push_back(
        {id, codec, static_cast<std::int64_t>(sent.encoded.payload_bytes), took});
  }
}

/// Pictures' sizes are the test pictures'; all other values' depend on their shapes alone.
void see_sendings(LabNetwork& network, const StopFlag& stop) {
  const runtime::WireCosts costs(network.graph, network.model->manifest(), network.slowdown);
  std::vector<graph::ValueId> inner;
  for (const graph::Unit& unit : network.graph.units) {
    for (std::size_t i = 0; unit.id != 0 && i < unit.outputs.size(); ++i) {
      inner.push_back({unit.id, static_cast<std::int32_t>(i)});
    }
  }
  for (std::size_t i = 0; i < std::min(kTaughtPictures, network.pictures.size()); ++i) {
    see_sending(model::from_torch(network.pictures[i]), {0, 0}, costs, network);
    const slice::Values values = slice::values_for(*network.model, {network.pictures[i]}, inner);
    for (const auto& [id, value] : values) {
      stop_point(stop);
      see_sending(model::from_torch(value), id, costs, network);
    }
  }
}

/// As the folder has them, else seen now and kept there.
void see_sendings_in(const RunFolder& folder, const StopFlag& stop, LabNetwork& network) {
  const std::string name = network.name + ".sendings.json", file = folder.path(name);
  if (fs::exists(file)) {
    network.sendings =
        sendings_from_json(apps::read_text_file(file, "remove it: it is measured anew"), file);
    return;
  }
  see_sendings(network, stop);
  folder.write(name, to_json(network.sendings));
}

std::int64_t frame_overhead(transport::Body body, std::uint64_t payload) {
  transport::OutgoingFrame frame;
  transport::OutgoingFrame::make({1, std::move(body)}, frame);
  return static_cast<std::int64_t>(frame.bytes() - payload);
}

/// Of the frames that take a picture to the edge and bring the deepest exit's logits back.
void add_overheads(LabNetwork& network) {
  runtime::StepTimes times(network.graph);
  const auto plan = runtime::runnable_plan(
      network.graph, network.model->digest(),
      runtime::all_on(network.graph, network.graph.exit_count() - 1, Tier::edge), times);
  transport::Request request;
  request.plan = plan->remote->plan;
  request.tensors = {
      runtime::encode_value({0, 0}, network.pictures.front(), transport::Codec::raw)};
  const std::uint64_t up = transport::payload_bytes(request.tensors);
  network.up_overhead = frame_overhead(std::move(request), up);
  const graph::ValueId logits = network.graph.exits.back().value;
  const slice::Values values =
      slice::values_for(*network.model, {network.pictures.front()}, {logits});
  transport::Answer answer;
  answer.tensors = {runtime::encode_value(logits, values.at(logits), transport::Codec::raw)};
  const std::uint64_t down = transport::payload_bytes(answer.tensors);
  network.down_overhead = frame_overhead(std::move(answer), down);
}

/// As the folder has them, else measured and kept there.
LayerTimes layers_in(const RunFolder& folder, const LabNetwork& network, const PacedDevice& device,
                     const profile::RunSlice& edge) {
  const std::string name = network.name + ".layers.json", file = folder.path(name);
  if (std::filesystem::exists(file)) {
    return layer_times_from_json(apps::read_text_file(file, "remove it: it is measured anew"),
                                 file);
  }
  const graph::LayerGraph& layers = network.model->layers();
  const LayerTimes times = {
      time_layers(layers, stoppable(profile::local_runs(network.model, device.cache), device.stop),
                  network.slowdown),
      time_layers(layers, stoppable(edge, device.stop), 1),
      measured_slowdown(device, network.slowdown)};
  folder.write(name, to_json(times));
  return times;
}

void require_accuracies(const LabNetwork& network) {
  for (const graph::ExitPoint& exit : network.model->layers().exits) {
    if (exit.accuracy) continue;
    throw InputError(
        "the accuracy of " + exit.name + " was never measured", network.file,
        "run branchline calibrate " + network.file + ", or name frames without labels: pictures",
        InputKind::model);
  }
}

}  // namespace

std::unique_ptr<runtime::WireCosts> LabNetwork::wire_costs() const {
  auto costs = std::make_unique<runtime::WireCosts>(graph, model->manifest(), slowdown);
  for (const SeenSending& seen : sendings) {
    costs->add_sent(seen.value, seen.codec, seen.bytes, seen.encode);
  }
  return costs;
}

LabNetwork open_network(const std::vector<std::string>& alternatives, const Experiment& experiment,
                        const RunFolder& folder, const StopFlag& stop,
                        std::unique_ptr<EdgeProcess>& edge,
                        const std::function<void(const std::string&)>& progress) {
  LabNetwork network;
  choose_model(alternatives, experiment, network);
  network.model = model::Model::load(network.file);
  if (experiment.pictures.empty()) require_accuracies(network);
  const graph::LayerGraph& layers = network.model->layers();
  progress("profiling " + network.name);
  edge = std::make_unique<EdgeProcess>(find_edge_program(), network.file,
                                       folder.path("branchlined.log"));
  const runtime::EdgeProfiler profiler(layers, "127.0.0.1:" + std::to_string(edge->port()),
                                       kConnectTime);
  network.profile_file = folder.path(network.name + ".profile.json");
  slice::SliceCache cache(kProfileSlices);
  const PacedDevice device{network.model, network.pictures.front(), cache, stop};
  const profile::Profile profile =
      profile_in(network.profile_file, device, {experiment.slowdown, experiment.deepest_exit},
                 profiler.runs());
  network.slowdown = profile.device.slowdown;
  network.graph = profile::with_times(layers, profile);
  see_sendings_in(folder, stop, network);
  add_overheads(network);
  progress("timing the layers of " + network.name);
  network.layers = layers_in(folder, network, device, profiler.runs());
  return network;
}

}  // namespace branchline::lab
