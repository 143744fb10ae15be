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
#include "framework/profile/profile_json.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/device_runner.h"
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

/// What it takes to encode on the slowed device.
using EncodeTime = std::function<Duration(graph::ValueId, Codec, const std::function<void()>&)>;

void see_sending(const Tensor& value, graph::ValueId id, const runtime::WireCosts& costs,
                 const EncodeTime& time_of, std::vector<SeenSending>& seen) {
  for (const Codec codec : transport::all_codecs()) {
    const bool packed = transport::packing_of(codec) != transport::Packing::none;
    if (packed || !transport::can_encode(codec, value.type, value.shape)) continue;
    transport::WireTensor sent;
    const auto encode = [&] { sent = runtime::encode_value(id, value, codec, costs.options(id)); };
    const Duration took = time_of(id, codec, encode);
    seen.push_back({id, codec, static_cast<std::int64_t>(sent.encoded.payload_bytes), took});
  }
}

/// Pictures' sizes are the test pictures'; all other values' depend on their shapes alone. Pictures
/// take long to encode, and longer after a rest: they are encoded as in a run.
std::vector<SeenSending> see_sendings(const LabNetwork& network, const StopFlag& stop) {
  const runtime::WireCosts costs(network.graph, network.model->manifest(), network.slowdown);
  std::vector<graph::ValueId> inner;
  for (const graph::Unit& unit : network.graph.units) {
    for (std::size_t i = 0; unit.id != 0 && i < unit.outputs.size(); ++i) {
      inner.push_back({unit.id, static_cast<std::int32_t>(i)});
    }
  }
  runtime::DeviceRunner device(network.slowdown, network.paces);
  const OnStop end_rest(stop, [&] { device.stop(); });
  const EncodeTime run = [&](graph::ValueId id, Codec codec, const std::function<void()>& encode) {
    return device.encode(id, codec, encode);
  };
  const EncodeTime multiplied = [&](graph::ValueId, Codec, const std::function<void()>& encode) {
    const TimePoint begun = Clock::now();
    encode();
    return scaled(Clock::now() - begun, network.slowdown);
  };
  std::vector<SeenSending> seen;
  for (std::size_t i = 0; i < std::min(kTaughtPictures, network.pictures.size()); ++i) {
    see_sending(model::from_torch(network.pictures[i]), {0, 0}, costs, run, seen);
    const slice::Values values = slice::values_for(*network.model, {network.pictures[i]}, inner);
    for (const auto& [id, value] : values) {
      stop_point(stop);
      see_sending(model::from_torch(value), id, costs, multiplied, seen);
    }
  }
  stop_point(stop);
  return seen;
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

LayerTimes measured_layers(const LabNetwork& network, const PacedDevice& device,
                           const profile::RunSlice& edge) {
  const graph::LayerGraph& layers = network.model->layers();
  return {
      time_layers(layers, stoppable(profile::local_runs(network.model, device.cache), device.stop),
                  network.slowdown),
      time_layers(layers, stoppable(edge, device.stop), 1),
      measured_slowdown(device, network.slowdown)};
}

/// As the folder has it, else measured and kept there.
/// @param parse  of text and the file's name
template <class Parse, class Measure>
auto kept_in(const RunFolder& folder, const std::string& name, Parse parse, Measure measure) {
  const std::string file = folder.path(name);
  if (fs::exists(file)) {
    return parse(apps::read_text_file(file, "remove it: it is measured anew"), file);
  }
  auto measured = measure();
  folder.write(name, to_json(measured));
  return measured;
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
  network.paces = runtime::SlicePaces::of_network(network.model->digest());
  if (experiment.pictures.empty()) require_accuracies(network);
  const graph::LayerGraph& layers = network.model->layers();
  progress("profiling " + network.name);
  edge = std::make_unique<EdgeProcess>(find_edge_program(), network.file,
                                       folder.path("branchlined.log"));
  const runtime::EdgeProfiler profiler(layers, "127.0.0.1:" + std::to_string(edge->port()),
                                       kConnectTime);
  const std::string profile_name = network.name + ".profile.json";
  network.profile_file = folder.path(profile_name);
  slice::SliceCache cache(kProfileSlices);
  const PacedDevice device{network.model, network.pictures.front(), cache, stop, network.paces};
  const profile::Profile profile = kept_in(folder, profile_name, profile::profile_from_json, [&] {
    const WantedDevice wanted{experiment.slowdown, experiment.deepest_exit};
    return measured_profile(device, wanted, profiler.runs());
  });
  profile::require_fresh(profile.device.key, profile::local_key(layers), network.profile_file);
  network.slowdown = profile.device.slowdown;
  network.graph = profile::with_times(layers, profile);
  network.sendings = kept_in(folder, network.name + ".sendings.json", sendings_from_json,
                             [&] { return see_sendings(network, stop); });
  add_overheads(network);
  progress("timing the layers of " + network.name);
  network.layers = kept_in(folder, network.name + ".layers.json", layer_times_from_json,
                           [&] { return measured_layers(network, device, profiler.runs()); });
  return network;
}

}  // namespace branchline::lab
