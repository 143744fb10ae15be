#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// A plan of the envelope: it takes `fixed` plus uplink_bytes / goodput.
struct EnvelopePlan {
  std::vector<std::optional<Tier>> tier;  ///< by unit id, as in Plan
  Nanoseconds fixed{0};
  std::int64_t uplink_bytes = 0;
  double from_bytes_per_s =
      0;  ///< the fastest plan from this uplink goodput on, up to the next one's
  std::vector<CrossingCodec> codecs;  ///< as in Plan
  double accuracy_loss = 0;

  friend bool operator==(const EnvelopePlan&, const EnvelopePlan&) = default;
};

/// The fastest plan of one exit for every uplink goodput, all else as in the request: with s =
/// 1/goodput each plan is a line in s, the optimum their concave lower envelope
/// (algorithms.md 1.4). A value; look-ups are safe from any thread.
struct BandwidthEnvelope {
  std::vector<EnvelopePlan> plans;  ///< ascending in goodput; empty when no placement can run
  int min_cuts = 0;                 ///< solved to build it

  /// Place in `plans` of the fastest at `uplink_bytes_per_s` > 0. O(log plans), no solver, no
  /// allocation. nullopt when the envelope is empty.
  std::optional<std::size_t> look_up(double uplink_bytes_per_s) const;

  static Nanoseconds latency(const EnvelopePlan& plan, double uplink_bytes_per_s);
};

/// Eisner and Severance, 1976: solve at both ends; where two neighbours' lines cross solve again;
/// recurse while a cheaper plan appears. At most 2k + 1 min-cuts for k plans. Integer arithmetic:
/// exact.
/// @param request  two tiers; its uplink goodput, deadline and caps do not count
/// @param exit     index from 0, checked
/// @throws InputError as plan_map (plan_map.h).
BandwidthEnvelope bandwidth_envelope(const PlanRequest& request, int exit);

}  // namespace branchline::planner
