#include "framework/planner/internal/early_exit_cut.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "framework/planner/internal/flow_network.h"

namespace branchline::planner::internal {
namespace {

using graph::Unit;

/// Per unit and boundary a vertex on the source side exactly when the unit stands below the
/// boundary.
class EarlyExitNetwork {
 public:
  explicit EarlyExitNetwork(const ExitSamples& samples) : samples_(samples) {
    for (std::size_t count = samples.units().size() * samples.boundaries(); count > 0; --count) {
      network_.add_vertex();
    }
    for (const Unit& unit : samples.units()) {
      if (samples.level(unit.id) == ExitSamples::kNoExit) continue;
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
    const std::optional<MinCut> cut = min_cut(network_);
    if (!cut) return std::nullopt;
    std::vector<std::optional<Tier>> tiers(samples_.units().size());
    for (const Unit& unit : samples_.units()) {
      if (samples_.level(unit.id) == ExitSamples::kNoExit) continue;
      std::size_t tier = samples_.boundaries();
      while (tier > 0 && cut->source_side[static_cast<std::size_t>(vertex(unit.id, tier))]) --tier;
      tiers[static_cast<std::size_t>(unit.id)] = static_cast<Tier>(tier);
    }
    return tiers;
  }

 private:
  std::int32_t vertex(std::int32_t unit, std::size_t boundary) const {
    return static_cast<std::int32_t>(2 + static_cast<std::size_t>(unit) * samples_.boundaries() +
                                     boundary - 1);
  }

  static WideSum capacity(WideSum samples, Cost cost) {
    return cost == kForbidden ? FlowNetwork::kUnlimited : samples * cost;
  }

  void add_compute(const Unit& unit) {
    const std::size_t outermost = samples_.boundaries();
    const WideSum samples = samples_.reaching(samples_.level(unit.id));
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

  /// Samples that leave at `exit` pay for the unit's value when it crosses and the exit is
  /// beyond: when a reader that has run by then is, or, if there are later readers, the exit itself
  /// (they stand beyond it).
  void add_send(const Unit& unit, std::size_t boundary) {
    const std::vector<std::int32_t>& readers = samples_.readers(unit.id);
    if (readers.empty()) return;
    const Cost cost = samples_.send(unit, boundary - 1);
    int last = 0;
    for (const std::int32_t reader : readers) last = std::max(last, samples_.level(reader));
    for (int exit = samples_.level(unit.id); exit < last; ++exit) {
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
    if (samples_.level(unit.id) == 0) return;
    network_.add_arc(vertex(unit.id, boundary),
                     vertex(samples_.exit_unit(samples_.level(unit.id) - 1), boundary),
                     FlowNetwork::kUnlimited);
  }

  const ExitSamples& samples_;
  FlowNetwork network_;
};

}  // namespace

std::optional<std::vector<std::optional<Tier>>> early_exit_tiers(const ExitSamples& samples) {
  return EarlyExitNetwork(samples).solve();
}

}  // namespace branchline::planner::internal
