#include "framework/planner/expected_latency.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "framework/base/error.h"
#include "framework/planner/internal/cut_problem.h"
#include "framework/planner/internal/flow_network.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace early_exits {

using graph::Unit;
using internal::Cost;
using internal::FlowNetwork;
using internal::kForbidden;
using internal::WideSum;

constexpr double kOne = 1 << 30;  // shares are whole numbers of it
constexpr int kNoExit = -1;

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

/// The first exit that needs each unit; kNoExit for none.
std::vector<int> levels_of(const graph::LayerGraph& graph) {
  std::vector<int> level(graph.units.size(), kNoExit);
  for (int exit = graph.exit_count() - 1; exit >= 0; --exit) {
    const std::vector<bool> needed = graph::units_of_exit(graph, exit);
    for (std::size_t id = 0; id < level.size(); ++id) {
      if (needed[id]) level[id] = exit;
    }
  }
  return level;
}

/// The network, the shares and what each crossing costs.
class Samples {
 public:
  Samples(const PlanRequest& request, const std::vector<double>& reach)
      : request_(request), level_(levels_of(request.graph)) {
    check(reach);
    for (std::size_t exit = 0; exit < reach.size(); ++exit) {
      const double after = exit + 1 < reach.size() ? reach[exit + 1] : 0;
      leaving_.push_back(std::llround((reach[exit] - after) * kOne));
    }
    readers_.resize(units().size());
    for (const Unit& unit : units()) {
      if (level(unit) == kNoExit) continue;
      for (const graph::ValueId& input : unit.inputs) {
        std::vector<std::int32_t>& list = readers_[at(input.unit)];
        if (list.empty() || list.back() != unit.id) list.push_back(unit.id);
      }
    }
  }

  const std::vector<Unit>& units() const { return request_.graph.units; }
  std::size_t boundaries() const { return request_.graph.tiers.size() - 1; }
  int exits() const { return request_.graph.exit_count(); }
  int level(const Unit& unit) const { return level_[at(unit.id)]; }
  int level(std::int32_t unit) const { return level_[at(unit)]; }
  const std::vector<std::int32_t>& readers(std::int32_t unit) const { return readers_[at(unit)]; }
  std::int32_t exit_unit(int exit) const { return request_.graph.exits[at(exit)].value.unit; }

  /// How many leave at `exit`, and at that one or later.
  WideSum leaving(int exit) const { return leaving_[at(exit)]; }
  WideSum reaching(int exit) const {
    WideSum sum = 0;
    for (int later = exit; later < exits(); ++later) sum += leaving(later);
    return sum;
  }

  Cost compute(const Unit& unit, std::size_t tier) const {
    const bool runs = unit.time[tier] && (tier == 0 || unit.id != 0);
    return runs ? Cost{unit.time[tier]->count()} : kForbidden;
  }

  Cost send(const Unit& unit, std::size_t hop) const {
    return unit.transmissible ? up_time(request_, unit, hop) : kForbidden;
  }

  /// What a sample that leaves at `exit` beyond `hop` pays for that.
  Cost way_back(int exit, std::size_t hop) const {
    if (!units()[at(exit_unit(exit))].transmissible) return kForbidden;
    const LinkSpeed& link = hop == 0 ? request_.link : *request_.link2;
    const Cost queue = hop == 0 ? request_.edge_queue.count() : 0;
    return queue + link.round_trip.count() +
           transfer_time(result_bytes(request_, exit), link.downlink_bytes_per_s).count();
  }

  const PlanRequest& request() const { return request_; }

 private:
  void check(const std::vector<double>& reach) const {
    const std::string where = "graph '" + request_.graph.name + "'";
    if (at(exits()) != reach.size()) {
      throw InputError(
          std::to_string(reach.size()) + " shares for " + std::to_string(exits()) + " exits", where,
          "give the share of samples that gets to each exit");
    }
    for (std::size_t exit = 0; exit < reach.size(); ++exit) {
      const double before = exit > 0 ? reach[exit - 1] : 1;
      const bool sound = exit > 0 ? reach[exit] >= 0 && reach[exit] <= before : reach[0] == 1;
      if (!sound) {
        throw InputError("a share of " + std::to_string(reach[exit]) + " gets to exit " +
                             std::to_string(exit + 1),
                         where, "the first share is 1, each later one no more than the one before");
      }
      if (level(exit_unit(static_cast<int>(exit))) != static_cast<int>(exit)) {
        throw InputError("exit " + std::to_string(exit + 1) + " lies on the way to an earlier one",
                         where, "list the exits in the order in which they are computed");
      }
    }
  }

  const PlanRequest& request_;
  std::vector<int> level_;
  std::vector<WideSum> leaving_;
  std::vector<std::vector<std::int32_t>> readers_;
};

/// Per unit and boundary a vertex on the source side exactly when the unit stands below the
/// boundary.
class Network {
 public:
  explicit Network(const Samples& samples) : samples_(samples) {
    for (std::size_t count = samples.units().size() * samples.boundaries(); count > 0; --count) {
      network_.add_vertex();
    }
    for (const Unit& unit : samples.units()) {
      if (samples.level(unit) == kNoExit) continue;
      add_compute(unit);
      for (std::size_t boundary = 1; boundary <= samples.boundaries(); ++boundary) {
        add_send(unit, boundary);
        add_order(unit, boundary);
      }
    }
    for (int exit = 0; exit < samples.exits(); ++exit) {
      for (std::size_t boundary = 1; boundary <= samples.boundaries(); ++boundary) {
        network_.add_arc(FlowNetwork::kSource, vertex(samples.exit_unit(exit), boundary),
                         capacity(samples.leaving(exit), samples.way_back(exit, boundary - 1)));
      }
    }
  }

  /// A tier per unit; nullopt when no placement can run.
  std::optional<std::vector<std::optional<Tier>>> solve() const {
    const std::optional<internal::MinCut> cut = internal::min_cut(network_);
    if (!cut) return std::nullopt;
    std::vector<std::optional<Tier>> tiers(samples_.units().size());
    for (const Unit& unit : samples_.units()) {
      if (samples_.level(unit) == kNoExit) continue;
      std::size_t tier = samples_.boundaries();
      while (tier > 0 && cut->source_side[at(vertex(unit.id, tier))]) --tier;
      tiers[at(unit.id)] = static_cast<Tier>(tier);
    }
    return tiers;
  }

 private:
  std::int32_t vertex(std::int32_t unit, std::size_t boundary) const {
    return static_cast<std::int32_t>(2 + at(unit) * samples_.boundaries() + boundary - 1);
  }

  static WideSum capacity(WideSum samples, Cost cost) {
    return cost == kForbidden ? FlowNetwork::kUnlimited : samples * cost;
  }

  void add_compute(const Unit& unit) {
    const std::size_t outermost = samples_.boundaries();
    const WideSum samples = samples_.reaching(samples_.level(unit));
    const auto cost = [&](std::size_t tier) {
      return capacity(samples, samples_.compute(unit, tier));
    };
    network_.add_arc(FlowNetwork::kSource, vertex(unit.id, outermost), cost(outermost));
    for (std::size_t tier = outermost - 1; tier > 0; --tier) {
      network_.add_arc(vertex(unit.id, tier + 1), vertex(unit.id, tier), cost(tier),
                       FlowNetwork::kUnlimited);
    }
    network_.add_arc(vertex(unit.id, 1), FlowNetwork::kSink, cost(0));
  }

  /// Samples that leave at `exit` pay for the unit's value when it crosses and the exit is beyond:
  /// when a reader that has run by then is, or, if there are later readers, the exit itself (they
  /// stand beyond it).
  void add_send(const Unit& unit, std::size_t boundary) {
    const std::vector<std::int32_t>& readers = samples_.readers(unit.id);
    if (readers.empty()) return;
    const Cost cost = samples_.send(unit, boundary - 1);
    int last = 0;
    for (const std::int32_t reader : readers) last = std::max(last, samples_.level(reader));
    for (int exit = samples_.level(unit); exit < last; ++exit) {
      add_crossing(unit, boundary, exit, capacity(samples_.leaving(exit), cost), true);
    }
    add_crossing(unit, boundary, last, capacity(samples_.reaching(last), cost), false);
  }

  void add_crossing(const Unit& unit, std::size_t boundary, int exit, WideSum capacity,
                    bool later_readers) {
    const std::int32_t none_beyond = network_.add_vertex();
    network_.add_arc(vertex(unit.id, boundary), none_beyond, capacity);
    for (const std::int32_t reader : samples_.readers(unit.id)) {
      if (samples_.level(reader) > exit) continue;
      network_.add_arc(none_beyond, vertex(reader, boundary), FlowNetwork::kUnlimited);
    }
    if (later_readers) {
      network_.add_arc(none_beyond, vertex(samples_.exit_unit(exit), boundary),
                       FlowNetwork::kUnlimited);
    }
  }

  /// Neither data nor decisions come back.
  void add_order(const Unit& unit, std::size_t boundary) {
    for (const std::int32_t reader : samples_.readers(unit.id)) {
      network_.add_arc(vertex(reader, boundary), vertex(unit.id, boundary),
                       FlowNetwork::kUnlimited);
    }
    if (samples_.level(unit) == 0) return;
    network_.add_arc(vertex(unit.id, boundary),
                     vertex(samples_.exit_unit(samples_.level(unit) - 1), boundary),
                     FlowNetwork::kUnlimited);
  }

  const Samples& samples_;
  FlowNetwork network_;
};

/// Prices a placement sample by sample: by the exit where it leaves.
class Price {
 public:
  Price(const Samples& samples, const std::vector<std::optional<Tier>>& tier)
      : samples_(samples), tier_(tier) {
    for (std::size_t hop = 0; hop < samples.boundaries(); ++hop) list_crossings(hop);
  }

  EarlyExitPlan plan() const {
    EarlyExitPlan plan;
    plan.tier = tier_;
    plan.codecs = codecs_;
    WideSum sum = 0, remote = 0;
    for (int exit = 0; exit < samples_.exits(); ++exit) {
      const WideSum time = of_exit(exit);
      plan.by_exit.push_back(internal::clamped_time(time));
      sum += samples_.leaving(exit) * time;
      if (*tier_[at(samples_.exit_unit(exit))] > Tier::device) remote += samples_.leaving(exit);
    }
    const WideSum all = samples_.reaching(0);
    plan.expected = internal::clamped_time((sum + all / 2) / all);
    plan.remote_share = static_cast<double>(remote) / static_cast<double>(all);
    return plan;
  }

 private:
  void list_crossings(std::size_t hop) {
    const auto beyond = [&](std::int32_t unit) {
      return static_cast<std::size_t>(*tier_[at(unit)]) > hop;
    };
    for (const Unit& unit : samples_.units()) {
      if (samples_.level(unit) == kNoExit || beyond(unit.id)) continue;
      const std::vector<std::int32_t>& readers = samples_.readers(unit.id);
      if (std::none_of(readers.begin(), readers.end(), beyond)) continue;
      const Transfer way = cheapest_transfer(samples_.request(), unit, static_cast<Tier>(hop),
                                             static_cast<Tier>(hop + 1));
      crossing_[hop] += way.time();
      if (way.codec == Transfer::kRaw) continue;
      codecs_.push_back({unit.id, static_cast<int>(hop) + 1, unit.codecs[at(way.codec)].name});
    }
  }

  WideSum of_exit(int exit) const {
    WideSum time = 0;
    for (const Unit& unit : samples_.units()) {
      const bool runs = samples_.level(unit) != kNoExit && samples_.level(unit) <= exit;
      if (runs) time += samples_.compute(unit, static_cast<std::size_t>(*tier_[at(unit.id)]));
    }
    const auto home = static_cast<std::size_t>(*tier_[at(samples_.exit_unit(exit))]);
    for (std::size_t hop = 0; hop < home; ++hop) {
      time += crossing_[hop] + samples_.way_back(exit, hop);
    }
    return time;
  }

  const Samples& samples_;
  const std::vector<std::optional<Tier>>& tier_;
  std::array<WideSum, 2> crossing_{};  ///< by hop: all that is sent
  std::vector<CrossingCodec> codecs_;
};

}  // namespace early_exits

std::optional<EarlyExitPlan> least_expected_latency(const PlanRequest& request,
                                                    const std::vector<double>& reach) {
  const early_exits::Samples samples(request, reach);
  const auto tiers = early_exits::Network(samples).solve();
  if (!tiers) return std::nullopt;
  return early_exits::Price(samples, *tiers).plan();
}

}  // namespace branchline::planner
