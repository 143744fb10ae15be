#include "apps/lab/place_prices.h"

#include "framework/runtime/engine_profile.h"
#include "framework/runtime/wire_costs.h"
#include "framework/slice/slice_cache.h"

namespace branchline::lab {
namespace {

/// The engine answers this much before the deadline as a rule.
constexpr Duration kReserve = std::chrono::milliseconds(2);

/// Teaches the picture's bytes from the frames that crossed as one.
void learn_picture_bytes(runtime::WireCosts& costs, const std::vector<FrameRecord>& records) {
  for (const FrameRecord& r : records) {
    if (r.place != Place::edge || r.timing.bytes_up == 0 || r.insured) continue;
    for (const transport::Codec codec : transport::all_codecs()) {
      if (transport::name_of(codec) != r.codec) continue;
      costs.add_sent({0, 0}, codec, static_cast<std::int64_t>(r.timing.bytes_up), r.timing.encode);
    }
  }
}

std::optional<planner::LinkSpeed> link_seen_by(const FrameRecord& r) {
  if (!r.link_up || r.uplink_bps <= 0) return std::nullopt;
  // The answer is a few bytes: the downlink hardly counts, the uplink's rate stands for both.
  return planner::LinkSpeed{r.uplink_bps / 8, r.uplink_bps / 8, r.round_trip};
}

}  // namespace

std::vector<PlaceChoice> explain_places(const std::string& model_file, double slowdown,
                                        const ExitTimes& device,
                                        const std::vector<FrameRecord>& records,
                                        Duration deadline) {
  const auto model = model::Model::load(model_file);
  slice::SliceCache cache(256ll << 20);
  Options options;
  options.device_slowdown = slowdown;
  const profile::Profile profile = runtime::starting_profile(options, model, cache);
  runtime::WireCosts costs(model->layers(), model->manifest(), slowdown);
  learn_picture_bytes(costs, records);
  const graph::LayerGraph graph = at_played_speed(
      costs.with_wire_bytes(runtime::timed_graph(model->layers(), profile, slowdown)), device,
      records);
  std::vector<PlaceChoice> choices;
  for (const FrameRecord& frame : typical_frames(records)) {
    choices.push_back({frame, options_at(graph, link_seen_by(frame), deadline - kReserve)});
    for (PlaceOption& option : choices.back().options) {
      if (option.exit == 0) continue;
      std::vector<graph::ValueId> crossing;
      if (option.place != Place::device) crossing = {{option.cut, 0}};
      option.accuracy = costs.accuracy(option.exit - 1, crossing);
    }
  }
  return choices;
}

}  // namespace branchline::lab
