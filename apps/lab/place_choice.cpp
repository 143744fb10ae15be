#include "apps/lab/place_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/branchline/flags.h"
#include "framework/planner/plan_cost.h"

namespace branchline::lab {
namespace {

using apps::show_duration;

/// The exit's units, those up to the cut on the device and the others on the edge.
std::vector<std::optional<Tier>> tiers_for(const graph::LayerGraph& graph, int exit,
                                           std::int32_t last_on_device) {
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  std::vector<std::optional<Tier>> tiers(needed.size());
  // A cut vertex splits the topological order: what the exit needs before it, runs before it.
  for (std::size_t unit = 0; unit < needed.size(); ++unit) {
    if (!needed[unit]) continue;
    const bool here = static_cast<std::int32_t>(unit) <= last_on_device;
    tiers[unit] = here ? Tier::device : Tier::edge;
  }
  return tiers;
}

struct Placed {
  Duration predicted{0};
  std::int32_t cut = 0;
};

/// Fastest way to answer with this exit at this place; nullopt when there is none.
std::optional<Placed> fastest(const planner::PlanRequest& request, Place place, int exit) {
  const std::vector<std::int32_t> cuts = graph::cut_vertices(request.graph, exit);
  std::optional<Placed> best;
  for (const std::int32_t cut : cuts) {
    const Place at = cut == cuts.front()  ? Place::edge
                     : cut == cuts.back() ? Place::device
                                          : Place::split;
    if (at != place) continue;
    const auto plan = planner::price_plan(request, exit, tiers_for(request.graph, exit, cut));
    if (plan && (!best || plan->predicted < best->predicted)) best = Placed{plan->predicted, cut};
  }
  return best;
}

Duration time_of(const graph::LayerGraph& graph, int exit, std::size_t tier) {
  Duration time{0};
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  for (std::size_t unit = 0; unit < needed.size(); ++unit) {
    const auto& times = graph.units[unit].time;
    if (needed[unit] && times.size() > tier && times[tier]) time += *times[tier];
  }
  return time;
}

double ratio(Duration measured, Duration predicted) {
  return static_cast<double>(measured.count()) / static_cast<double>(predicted.count());
}

void scale(graph::LayerGraph& graph, std::size_t tier, double factor) {
  for (graph::Unit& unit : graph.units) {
    if (unit.time.size() <= tier || !unit.time[tier]) continue;
    const double scaled = factor * static_cast<double>(unit.time[tier]->count());
    unit.time[tier] = Duration(std::llround(scaled));
  }
}

/// Between two frames other programs take the caches: a frame costs something however little of the
/// network it runs, and the first unit pays it.
void fit_device(graph::LayerGraph& graph, const ExitTimes& measured) {
  const Duration first = time_of(graph, 0, 0);
  const Duration deepest = time_of(graph, graph.exit_count() - 1, 0);
  if (deepest <= Duration::zero() || measured.deepest <= Duration::zero()) return;
  double slope = ratio(measured.deepest, deepest);
  Duration constant{0};
  if (deepest > first && measured.deepest > measured.first) {
    const double by_difference = ratio(measured.deepest - measured.first, deepest - first);
    if (by_difference < slope) {  // else nothing is left for a constant
      slope = by_difference;
      constant =
          measured.first - Duration(std::llround(slope * static_cast<double>(first.count())));
    }
  }
  scale(graph, 0, slope);
  if (graph.units.size() > 1 && graph.units[1].time.at(0)) *graph.units[1].time[0] += constant;
}

void fit_edge(graph::LayerGraph& graph, const std::vector<FrameRecord>& records) {
  std::vector<double> ratios;
  for (const FrameRecord& r : records) {
    const bool whole = r.answered() && !r.insured && r.place == Place::edge;
    if (!whole || r.timing.edge <= Duration::zero()) continue;
    const Duration predicted = time_of(graph, r.exit - 1, 1);
    if (predicted > Duration::zero()) ratios.push_back(ratio(r.timing.edge, predicted));
  }
  if (ratios.empty()) return;
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  scale(graph, 1, *middle);
}

PlaceOption option_for(const planner::PlanRequest& request, Place place, Duration budget) {
  PlaceOption option;
  option.place = place;
  option.possible = false;
  for (int exit = 0; exit < request.graph.exit_count(); ++exit) {
    const std::optional<Placed> placed = fastest(request, place, exit);
    if (!placed) continue;
    const Duration time = placed->predicted;
    if (!option.possible) option.predicted = time;
    option.possible = true;
    option.deepest_exit = time;
    if (time > budget) continue;
    option.cut = placed->cut;
    option.exit = exit + 1;
    option.predicted = time;
  }
  return option;
}

const PlaceOption& option_of(const PlaceChoice& choice, Place place) {
  return choice.options[static_cast<std::size_t>(place)];
}

std::string against(const PlaceOption& other, const PlaceOption& chosen) {
  const std::string name = other.place == Place::device ? "the device alone"
                           : other.place == Place::edge ? "sending the picture"
                                                        : "a split";
  if (!other.possible) return fmt::format("{} is not possible", name);
  if (other.exit == 0) {
    return fmt::format("{} would take {} even for its first exit", name,
                       show_duration(other.predicted));
  }
  if (other.exit < chosen.exit) {
    return fmt::format("{} reaches only exit {} in time (exit {} would take {})", name, other.exit,
                       chosen.exit, show_duration(other.deepest_exit));
  }
  std::string text =
      fmt::format("{} would give exit {} in {}", name, other.exit, show_duration(other.predicted));
  if (other.accuracy && chosen.accuracy && *other.accuracy < *chosen.accuracy) {
    text += fmt::format(
        " but be right less often: {:.1f} % instead of {:.1f} %, by what its codec "
        "and exit cost",
        100 * *other.accuracy, 100 * *chosen.accuracy);
  }
  return text;
}

}  // namespace

graph::LayerGraph at_played_speed(graph::LayerGraph graph, const ExitTimes& device,
                                  const std::vector<FrameRecord>& records) {
  fit_device(graph, device);
  fit_edge(graph, records);
  return graph;
}

std::vector<PlaceOption> options_at(const graph::LayerGraph& graph,
                                    const std::optional<planner::LinkSpeed>& link,
                                    Duration budget) {
  // Without a link only the device is priced; the speed then matters to nothing.
  const planner::PlanRequest request{graph,
                                     link.value_or(planner::LinkSpeed{1, 1, {}}),
                                     std::nullopt,
                                     std::nullopt,
                                     std::nullopt,
                                     std::nullopt,
                                     {}};
  std::vector<PlaceOption> options;
  for (const Place place : {Place::device, Place::split, Place::edge}) {
    options.push_back(option_for(request, place, budget));
    if (place != Place::device && !link) {
      options.back() = PlaceOption{place, 0, Duration::zero(), Duration::zero(), false};
    }
  }
  return options;
}

std::vector<FrameRecord> typical_frames(const std::vector<FrameRecord>& records) {
  std::vector<FrameRecord> typical;
  for (const Place place : {Place::edge, Place::split, Place::device}) {
    std::vector<FrameRecord> there;
    for (const FrameRecord& r : records) {
      if (r.in_time() && !r.insured && r.place == place) there.push_back(r);
    }
    if (there.empty()) continue;
    std::stable_sort(there.begin(), there.end(), [](const FrameRecord& a, const FrameRecord& b) {
      return (a.link_up ? a.uplink_bps : 0) < (b.link_up ? b.uplink_bps : 0);
    });
    typical.push_back(there[there.size() / 2]);
  }
  return typical;
}

std::string reason_of(const PlaceChoice& choice, Duration deadline) {
  const FrameRecord& frame = choice.frame;
  const PlaceOption& chosen = option_of(choice, frame.place);
  const std::string link =
      frame.link_up && frame.uplink_bps > 0
          ? fmt::format("The link was estimated at {} with a round trip of {}",
                        apps::show_rate(frame.uplink_bps / 8), show_duration(frame.round_trip))
          : "The link was down";
  std::string text = fmt::format(
      "{}. The answer of exit {} took {} of the {} allowed ({} predicted)", link, frame.exit,
      show_duration(frame.latency), show_duration(deadline), show_duration(frame.predicted));
  std::string others;
  for (const PlaceOption& option : choice.options) {
    if (option.place == frame.place) continue;
    others += (others.empty() ? "; " : ", and ") + against(option, chosen);
  }
  return text + others + ".";
}

}  // namespace branchline::lab
