#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// One way for all of a unit's outputs to cross one link.
struct Transfer {
  static constexpr std::int32_t kRaw = -1;

  std::int32_t codec = kRaw;  ///< place in Unit::codecs
  std::int64_t bytes = 0;
  Nanoseconds encode{0};  ///< on the sending tier
  Nanoseconds link{0};
  Nanoseconds decode{0};             ///< on the receiving tier
  std::int64_t loss_millionths = 0;  ///< of accuracy; whole numbers, so that sums compare exactly

  internal::WideSum time() const {
    return internal::WideSum{encode.count()} + link.count() + decode.count();
  }
};

/// Raw first, then the codecs that both tiers know, as the graph lists them; none that by itself
/// loses more than the request allows. `from` and `to` are neighbours, in either direction.
std::vector<Transfer> transfers(const PlanRequest& request, const graph::Unit& unit, Tier from,
                                Tier to);

/// The quickest of them, of equals the first. The one place where planners and price_plan
/// (plan_cost.h) learn what a crossing costs.
Transfer cheapest_transfer(const PlanRequest& request, const graph::Unit& unit, Tier from, Tier to);

/// The one that a plan's list names for this crossing; raw when it names none. Caps do not count.
Transfer listed_transfer(const PlanRequest& request, const graph::Unit& unit, Tier from, Tier to,
                         const std::vector<CrossingCodec>& codecs);

/// Appends what a plan lists for a unit's crossing of hop 0 (device to edge) or 1 (edge to cloud):
/// nothing when it goes raw.
void list_codec(std::vector<CrossingCodec>& codecs, const graph::Unit& unit, std::size_t hop,
                const Transfer& way);

/// The time of the cheapest transfer over hop 0 (device to edge) or 1 (edge to cloud).
internal::WideSum up_time(const PlanRequest& request, const graph::Unit& unit, std::size_t hop);

/// Whether the request limits what all crossings lose or weigh together: then the cheapest way of
/// each may be too much for all.
bool has_caps(const PlanRequest& request);

/// A share of accuracy in millionths, to the nearest.
std::int64_t millionths(double share);

}  // namespace branchline::planner
