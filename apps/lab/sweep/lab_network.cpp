#include "apps/lab/sweep/lab_network.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>
#include <utility>

#include "apps/lab/test_pictures.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/exit_segments.h"
#include "framework/profile/profile_json.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/device_runner.h"
#include "framework/runtime/engine_profile.h"
#include "framework/runtime/remote_timer.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/sample_values.h"
#include "transport/frame_writer.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;
using transport::Codec;

constexpr std::size_t kPictures = 64;
constexpr std::size_t kTaughtPictures = 8;
constexpr std::int64_t kProfileSlices = 1ll << 30;
constexpr int kCuts = 8;  // of each exit
constexpr Duration kConnectTime = std::chrono::seconds(5);

std::string model_file(const std::string& named) {
  if (fs::is_regular_file(named)) return named;
  if (named.find('/') == std::string::npos && named.find('.') == std::string::npos) {
    return find_shipped_file("branchy_models/pretrained/" + named + ".pt");
  }
  throw InputError("there is no such file", named, "give a MODEL.pt or a shipped model's name",
                   InputKind::model);
}

/// The first alternative with its pictures.
TestPictures choose_model(const std::vector<std::string>& alternatives,
                          const std::vector<std::string>& data, LabNetwork& network) {
  std::string problems;
  for (const std::string& named : alternatives) {
    network.file = model_file(named);
    network.name = fs::path(network.file).stem().string();
    TestPictures pictures = find_test_pictures(model::read_manifest(network.file), data);
    if (pictures.images) return pictures;
    problems += (problems.empty() ? "" : "; ") + pictures.problems;
  }
  throw InputError("has no test pictures: " + problems, alternatives.back(),
                   "give their folder: --data");
}

void add_pictures(const TestPictures& found, std::int64_t seed, LabNetwork& network) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(found.images->size()));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  for (std::size_t i = 0; i + 1 < order.size() && i < kPictures; ++i) {
    std::swap(order[i], order[i + random() % (order.size() - i)]);
  }
  order.resize(std::min(order.size(), kPictures));
  for (const std::int64_t index : order) {
    const auto image =
        std::make_shared<const branchy_models::Image>(found.images->at(index, 0).image);
    network.pictures.push_back(
        model::to_torch({{image, image->pixels.data()},
                         DType::u8,
                         {1, image->height, image->width, image->channels}}));
  }
  network.data_set = found.data_set;
}

profile::TimerOptions timer_options() {
  profile::TimerOptions timer;
  timer.max_cuts = kCuts;
  timer.runs = 20;
  return timer;
}

profile::Profile measured_profile(const LabNetwork& network, slice::SliceCache& cache,
                                  const runtime::EdgeProfiler& edge) {
  const graph::LayerGraph& layers = network.model->layers();
  profile::Profile profile;
  profile.device =
      profile::time_cuts(layers, profile::local_runs(network.model, cache), timer_options());
  profile.device.key = profile::local_key(layers);
  profile.edge = {profile::time_cuts(layers, edge.runs(), timer_options())};
  profile.edge.front().key = edge.machine().key;
  return profile;
}

/// As the folder has it, else measured and kept there.
profile::Profile profile_in(const RunFolder& folder, const LabNetwork& network,
                            slice::SliceCache& cache, const runtime::EdgeProfiler& edge) {
  const std::string name = network.name + ".profile.json";
  std::ifstream stream(folder.path(name));
  if (stream) {
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    profile::Profile profile = profile::profile_from_json(text, folder.path(name));
    profile::require_fresh(profile.device.key, profile::local_key(network.model->layers()),
                           folder.path(name));
    return profile;
  }
  profile::Profile profile = measured_profile(network, cache, edge);
  folder.write(name, profile::to_json(profile));
  return profile;
}

/// Everything of the deepest exit on one machine.
Duration whole_time(const profile::TierProfile& tier, int deepest) {
  for (const profile::CutTimes& cut : tier.cuts) {
    if (cut.exit == deepest && cut.unit == 0) return cut.suffix.median;
  }
  throw RunError("the profile holds no times of a whole exit");
}

graph::LayerGraph timed(const graph::LayerGraph& layers, profile::Profile profile,
                        double slowdown) {
  for (Duration& time : profile.device.unit_time) time = scaled(time, slowdown);
  profile.device.slowdown = slowdown;
  return profile::with_times(layers, profile);
}

Duration median_run(runtime::DeviceRunner& runner, const slice::Slice& whole,
                    const runtime::FeatureMaps& inputs, int runs) {
  std::vector<Duration> times;
  for (int i = 0; i < runs; ++i) {
    runtime::FeatureMaps maps = inputs;
    times.push_back(runner.run(whole, maps));
  }
  return profile::stats_of(std::move(times)).median;
}

/// How many times longer the deepest exit really takes on the slowed device.
double measured_slowdown(const LabNetwork& network, slice::SliceCache& cache) {
  const graph::LayerGraph& layers = network.model->layers();
  const auto whole = cache.get(network.model, profile::whole_of(layers, layers.exit_count() - 1));
  runtime::FeatureMaps inputs;
  inputs[{0, 0}] = network.pictures.front();
  runtime::DeviceRunner plain(1), slowed(network.slowdown);
  const Duration before = median_run(plain, *whole, inputs, 11);
  const Duration slow = median_run(slowed, *whole, inputs, 4);
  const Duration after = median_run(plain, *whole, inputs, 11);
  return 2 * static_cast<double>(slow.count()) / static_cast<double>((before + after).count());
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
void see_sendings(LabNetwork& network) {
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
    for (const auto& [id, value] : values)
      see_sending(model::from_torch(value), id, costs, network);
  }
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

void require_accuracies(const LabNetwork& network) {
  for (const graph::ExitPoint& exit : network.model->layers().exits) {
    if (exit.accuracy) continue;
    throw InputError("the accuracy of " + exit.name + " was never measured", network.file,
                     "run branchline calibrate", InputKind::model);
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
                        const RunFolder& folder, std::unique_ptr<EdgeProcess>& edge,
                        const std::function<void(const std::string&)>& progress) {
  LabNetwork network;
  const TestPictures found = choose_model(alternatives, experiment.data, network);
  network.model = model::Model::load(network.file);
  require_accuracies(network);
  add_pictures(found, experiment.seed, network);
  const graph::LayerGraph& layers = network.model->layers();
  progress("profiling " + network.name);
  edge = std::make_unique<EdgeProcess>(find_edge_program(), network.file,
                                       folder.path("branchlined.log"));
  const runtime::EdgeProfiler profiler(layers, "127.0.0.1:" + std::to_string(edge->port()),
                                       kConnectTime);
  slice::SliceCache cache(kProfileSlices);
  const profile::Profile profile = profile_in(folder, network, cache, profiler);
  const Duration whole = whole_time(profile.device, layers.exit_count() - 1);
  const auto ns = [](Duration time) { return static_cast<double>(time.count()); };
  network.slowdown = experiment.slowdown > 0
                         ? experiment.slowdown
                         : std::max(1.0, ns(experiment.deepest_exit) / ns(whole));
  network.graph = timed(layers, profile, network.slowdown);
  network.measured_slowdown = measured_slowdown(network, cache);
  see_sendings(network);
  add_overheads(network);
  progress("timing the layers of " + network.name);
  network.layers = {
      time_layers(layers, profile::local_runs(network.model, cache), network.slowdown),
      time_layers(layers, profiler.runs(), 1)};
  return network;
}

}  // namespace branchline::lab
