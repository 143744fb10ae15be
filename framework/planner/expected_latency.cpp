#include "framework/planner/expected_latency.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "framework/planner/internal/early_exit_cut.h"
#include "framework/planner/internal/exit_samples.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

using graph::Unit;
using internal::ExitSamples;
using internal::WideSum;

/// Prices a placement sample by sample: by the exit where it leaves.
class EarlyExitPrice {
 public:
  EarlyExitPrice(const ExitSamples& samples, const std::vector<std::optional<Tier>>& tier)
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
      if (place_of(samples_.exit_unit(exit)) > 0) remote += samples_.leaving(exit);
    }
    const WideSum all = samples_.reaching(0);
    plan.expected = internal::clamped_time((sum + all / 2) / all);
    plan.remote_share = static_cast<double>(remote) / static_cast<double>(all);
    return plan;
  }

 private:
  std::size_t place_of(std::int32_t unit) const {
    return static_cast<std::size_t>(*tier_[static_cast<std::size_t>(unit)]);
  }

  void list_crossings(std::size_t hop) {
    const auto beyond = [&](std::int32_t unit) { return place_of(unit) > hop; };
    for (const Unit& unit : samples_.units()) {
      if (samples_.level(unit.id) == ExitSamples::kNoExit || beyond(unit.id)) continue;
      const std::vector<std::int32_t>& readers = samples_.readers(unit.id);
      if (std::none_of(readers.begin(), readers.end(), beyond)) continue;
      const Transfer way = cheapest_transfer(samples_.request(), unit, static_cast<Tier>(hop),
                                             static_cast<Tier>(hop + 1));
      crossing_[hop] += way.time();
      list_codec(codecs_, unit, hop, way);
    }
  }

  WideSum of_exit(int exit) const {
    WideSum time = 0;
    for (const Unit& unit : samples_.units()) {
      const int level = samples_.level(unit.id);
      if (level == ExitSamples::kNoExit || level > exit) continue;
      time += samples_.compute(unit, place_of(unit.id));
    }
    for (std::size_t hop = 0; hop < place_of(samples_.exit_unit(exit)); ++hop) {
      time += crossing_[hop] + samples_.way_back(exit, hop);
    }
    return time;
  }

  const ExitSamples& samples_;
  const std::vector<std::optional<Tier>>& tier_;
  std::array<WideSum, 2> crossing_{};  ///< by hop: all that is sent
  std::vector<CrossingCodec> codecs_;
};

}  // namespace

std::optional<EarlyExitPlan> least_expected_latency(const PlanRequest& request,
                                                    const std::vector<double>& reach) {
  const ExitSamples samples(request, reach);
  const auto tiers = internal::early_exit_tiers(samples);
  if (!tiers) return std::nullopt;
  return EarlyExitPrice(samples, *tiers).plan();
}

}  // namespace branchline::planner
