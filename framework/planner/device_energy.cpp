#include "framework/planner/device_energy.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "framework/base/error.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/stage_times.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace energy {

using internal::Cost;
using internal::CutNode;
using internal::CutProblem;
using internal::kForbidden;
using internal::Labels;
using internal::WideSum;

WideSum milliwatts(double watts) {
  if (!(watts >= 0 && watts <= 1e9)) {
    throw InputError("a power of " + std::to_string(watts) + " W", "device power",
                     "give 0 to 10^9 W");
  }
  return std::llround(watts * 1e3);
}

/// Weighs what a plan takes; nanoseconds times milliwatts.
class EnergyCut {
 public:
  EnergyCut(const PlanRequest& request, int exit, const DevicePower& power, double joules_per_s)
      : request_(request),
        problem_(internal::cut_problem(request, exit)),
        second_(milliwatts(joules_per_s)),
        compute_(milliwatts(power.compute_watts)),
        radio_(milliwatts(power.radio_watts)) {}

  CutProblem problem() const {
    CutProblem priced = problem_;
    const auto weigh = [](Cost& cost, WideSum weight) {
      if (cost != kForbidden) cost *= weight;
    };
    for (CutNode& node : priced.nodes) {
      for (std::size_t tier = 0; tier < priced.tiers; ++tier) {
        weigh(node.compute[tier], second_ + (tier == 0 ? compute_ : 0));
      }
      for (std::size_t hop = 0; hop + 1 < priced.tiers; ++hop) {
        if (node.send[hop] != kForbidden) node.send[hop] = weight(cheapest(node, hop), hop);
      }
    }
    for (Cost& cost : priced.crossing) weigh(cost, second_);
    return priced;
  }

  std::vector<CrossingCodec> codecs(const Labels& labels) const {
    const Labels outermost = outermost_readers(problem_, labels);
    std::vector<CrossingCodec> codecs;
    for (std::size_t at = 0; at < labels.size(); ++at) {
      for (auto hop = static_cast<std::size_t>(labels[at]);
           hop < static_cast<std::size_t>(outermost[at]); ++hop) {
        list_codec(codecs, unit_of(problem_.nodes[at]), hop, cheapest(problem_.nodes[at], hop));
      }
    }
    return codecs;
  }

 private:
  const graph::Unit& unit_of(const CutNode& node) const {
    return request_.graph.units[static_cast<std::size_t>(node.unit)];
  }

  WideSum weight(const Transfer& way, std::size_t hop) const {
    const WideSum compute = hop == 0 ? compute_ : 0, radio = hop == 0 ? radio_ : 0;
    return second_ * way.time() + compute * way.encode.count() + radio * way.link.count();
  }

  Transfer cheapest(const CutNode& node, std::size_t hop) const {
    const std::vector<Transfer> ways =
        transfers(request_, unit_of(node), static_cast<Tier>(hop), static_cast<Tier>(hop + 1));
    return *std::min_element(ways.begin(), ways.end(), [&](const Transfer& a, const Transfer& b) {
      return weight(a, hop) < weight(b, hop);
    });
  }

  const PlanRequest& request_;
  CutProblem problem_;
  WideSum second_, compute_, radio_;
};

}  // namespace energy

double device_energy(const PlanRequest& request, const Plan& plan, const DevicePower& power) {
  const StageTimes busy = stage_times(request, plan);
  return (power.compute_watts * static_cast<double>(busy.device.count()) +
          power.radio_watts * static_cast<double>(busy.uplink.count())) /
         1e9;
}

std::optional<Plan> least_energy_plan(const PlanRequest& request, int exit,
                                      const DevicePower& power, double joules_per_s) {
  PlanRequest uncapped = request;
  uncapped.max_accuracy_loss.reset();
  uncapped.max_uplink_bytes.reset();
  const energy::EnergyCut energy(uncapped, exit, power, joules_per_s);
  const internal::CutProblem problem = energy.problem();
  const auto cut = internal::exact_cut(problem);
  if (!cut) return std::nullopt;
  return price_plan(uncapped, exit,
                    internal::tiers_by_unit(problem, cut->labels, request.graph.unit_count()),
                    energy.codecs(cut->labels));
}

}  // namespace branchline::planner
