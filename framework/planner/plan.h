#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/tier.h"
#include "framework/base/unit_ranges.h"
#include "framework/graph/unit.h"

namespace branchline::planner {

using graph::Nanoseconds;

/// Where the predicted time goes; without Plan::order the parts add up to Plan::predicted. Links: 1
/// is device–edge, 2 is edge–cloud, direct is device–cloud. Each link's round trip counts half as
/// uplink, half as downlink; the edge's queue counts as edge. Encoding counts as the sending tier's
/// time, decoding as the receiving one's.
struct Breakdown {
  Nanoseconds device{0}, uplink{0}, edge{0}, downlink{0};
  Nanoseconds uplink2{0}, cloud{0}, downlink2{0};
  Nanoseconds direct_uplink{0}, direct_downlink{0};

  friend bool operator==(const Breakdown&, const Breakdown&) = default;
};

/// An output that crosses a link encoded (graph::CodecOption); a crossing that is not listed goes
/// raw.
struct CrossingCodec {
  std::int32_t unit = 0;
  int link = 1;  ///< 1 is device–edge, 2 is edge–cloud
  std::string codec;

  friend bool operator==(const CrossingCodec&, const CrossingCodec&) = default;
};

/// An exit and a tier for every unit that it needs, with what the cost model predicts for it. A
/// value.
struct Plan {
  int exit = 0;                           ///< index from 0
  std::vector<std::optional<Tier>> tier;  ///< by unit id; nullopt: the unit does not run
  Nanoseconds predicted{0};
  std::int64_t uplink_bytes = 0, downlink_bytes = 0;
  std::int64_t uplink2_bytes = 0, downlink2_bytes = 0;
  std::int64_t direct_uplink_bytes = 0, direct_downlink_bytes = 0;
  Breakdown breakdown;
  /// The order in which the units run, a linear extension of the graph: every unit that runs, once,
  /// the device's first and then the remote ones. Empty: in id order, one stage after the other.
  /// With an order `predicted` is the overlapped makespan (simulate.h): outputs are sent while the
  /// next unit computes, so that the breakdown's parts overlap and may add up to more.
  std::vector<std::int32_t> order;
  std::vector<CrossingCodec> codecs;  ///< ascending in unit and link
  double accuracy_loss = 0;           ///< what those codecs lose, added up
  bool feasible = true;               ///< predicted <= deadline, or no deadline was given

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// Consecutive part of a plan on one tier: what that tier runs in one go.
struct PlanStage {
  Tier tier = Tier::device;
  UnitRanges units;

  friend bool operator==(const PlanStage&, const PlanStage&) = default;
};

/// The plan as stages in the order they run; each stage's units are convex given the stages before
/// it. The first stage is the device's and holds unit 0, if nothing else. Device→edge gives two
/// stages, edge→device (Edgent's direction) three (the first with the input alone),
/// device→edge→cloud three. When the exit stands on the outermost tier used, the placement is taken
/// to be monotone (no data flows back), as every such plan of this library is but
/// `dads-as-published`.
std::vector<PlanStage> stages_of(const Plan& plan);

/// Units of `plan` on `tier`.
UnitRanges units_on(const Plan& plan, Tier tier);

}  // namespace branchline::planner
