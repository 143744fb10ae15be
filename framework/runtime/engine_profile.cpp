#include "framework/runtime/engine_profile.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "framework/base/error.h"
#include "framework/profile/profile_json.h"
#include "framework/runtime/remote_timer.h"

namespace branchline::runtime {
namespace {

profile::TierProfile scaled_tier(profile::TierProfile tier, double factor) {
  for (profile::CutTimes& cut : tier.cuts) {
    if (cut.prefix.runs > 0) cut.prefix = profile::scaled(cut.prefix, factor);
    if (cut.suffix.runs > 0) cut.suffix = profile::scaled(cut.suffix, factor);
  }
  for (Duration& time : tier.unit_time) {
    time = Duration(std::llround(static_cast<double>(time.count()) * factor));
  }
  tier.slowdown *= factor;
  return tier;
}

profile::Profile read_profile(const std::string& file, const graph::LayerGraph& layers,
                              double slowdown) {
  std::ifstream stream(file);
  if (!stream) {
    throw InputError("it cannot be read", file, "make it with `branchline profile`");
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  profile::Profile profile = profile::profile_from_json(text, file);
  profile::require_fresh(profile.device.key, profile::local_key(layers), file);
  if (profile.device.slowdown > 0) {
    profile.device = scaled_tier(std::move(profile.device), slowdown / profile.device.slowdown);
  }
  return profile;
}

}  // namespace

profile::Profile starting_profile(const Options& options,
                                  const std::shared_ptr<const model::Model>& model,
                                  slice::SliceCache& cache) {
  const graph::LayerGraph& layers = model->layers();
  if (!options.profile_file.empty()) {
    return read_profile(options.profile_file, layers, options.device_slowdown);
  }
  profile::TimerOptions timer;
  timer.warmup = 2;
  timer.runs = 5;
  timer.max_cuts = 4;  // real runs correct the rest
  timer.slowdown = options.device_slowdown;
  profile::Profile profile;
  profile.device = profile::time_cuts(layers, profile::local_runs(model, cache), timer);
  profile.device.key = profile::local_key(layers);
  return profile;
}

std::optional<profile::CodecTable> measured_codecs(const std::string& file,
                                                   const std::string& digest) {
  if (file.empty()) return std::nullopt;
  const std::string fix = "make it with `branchline experiment codecs MODEL.pt -o DIR`";
  std::ifstream stream(file);
  if (!stream) throw InputError("it cannot be read", file, fix);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  for (profile::CodecTable& table : profile::codec_tables_from_json(text, file)) {
    if (table.digest == digest) return std::move(table);
  }
  throw InputError("holds no codecs of this network", file, fix);
}

graph::LayerGraph timed_graph(const graph::LayerGraph& layers, const profile::Profile& measured,
                              double slowdown) {
  profile::Profile profile = measured;
  if (profile.edge.empty()) profile.edge.push_back(scaled_tier(profile.device, 1 / slowdown));
  return profile::with_times(layers, profile);
}

profile::TierProfile profile_edge(const graph::LayerGraph& layers, LinkMonitor& link) {
  const AskProfile ask = [&link](transport::ProfileQuery query,
                                 std::function<void(transport::Body)> done) {
    const auto lost = [](const std::string& sentence) {
      return transport::Refused{transport::Refusal::failed, sentence, Duration{0}};
    };
    const auto id = link.ask(std::move(query), 0, [done, lost](LinkReply reply) {
      done(reply.body ? std::move(*reply.body) : transport::Body(lost(reply.lost)));
    });
    if (!id) done(lost("there is no connection"));
  };
  profile::TimerOptions timer;
  timer.warmup = 1;
  timer.runs = 5;
  timer.max_cuts = 4;
  const auto machine = std::make_shared<RemoteMachine>();
  profile::TierProfile edge = profile::time_cuts(
      layers, remote_runs(layers, ask, machine, std::chrono::seconds(10)), timer);
  edge.key = machine->key;
  edge.load = {machine->load, machine->load, machine->load, 1};
  return edge;
}

}  // namespace branchline::runtime
