#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// The one cost model: latency of a placement, in integer nanoseconds. The sum of
/// - compute on the chosen tiers,
/// - each producer's output once per hop and direction it crosses, however many consumers wait
///   (between device and cloud the edge relays it: two hops), raw or through the codec that takes
///   the least time, encoding and decoding included (transfer.h); a relayed value is decoded and
///   encoded again,
/// - per hop used: one round trip, and the result's download when the exit lies beyond it,
/// - edge_queue once when anything is remote.
/// With a direct device–cloud link, two accounts are made and the lower one is the price (of equals
/// the first): all is relayed, as above; or each value of the device that the cloud reads and the
/// edge does not, and the result of an exit on the cloud, goes over the direct link if its transfer
/// is shorter there than over both hops. Then the direct link's round trip is paid once if anything
/// went over it, a hop's only if anything went over that, and the queue only if the first hop was.
/// Each transfer is rounded to the nearest nanosecond; sums saturate at the largest one. Any
/// direction may be priced: Edgent's plans run the front on the edge and the tail on the device.
/// @param tier  by unit id; nullopt exactly for the units the exit does not need; unit 0 on the
/// device
/// With PlanRequest::max_accuracy_loss or max_uplink_bytes the codecs are the quickest that keep
/// them together (internal/codec_choice.h).
/// @returns nullopt when a unit stands on a tier that cannot run it or a value that cannot travel
/// would cross, or when the crossings cannot keep the request's caps. Plan::feasible compares with
/// request.deadline.
std::optional<Plan> price_plan(const PlanRequest& request, int exit,
                               const std::vector<std::optional<Tier>>& tier);

/// The same placement with these codecs, whatever they cost: no caps. What crosses and is not
/// listed goes raw; all goes over the edge. Each listed one must cross and have such a codec.
std::optional<Plan> price_plan(const PlanRequest& request, int exit,
                               const std::vector<std::optional<Tier>>& tier,
                               const std::vector<CrossingCodec>& codecs);

/// Order between plans of equal exit: less predicted time, then fewer remote units, then fewer
/// units on the cloud, then the lower set of remote unit ids (as ascending lists, compared like
/// words), then the lower set of units on the cloud. Total, so ties break the same way everywhere;
/// and of all optimal placements that let no data flow back one has the fewest remote units (the
/// intersection of two minimum cuts is one too), so that a min-cut can keep this order.
bool better(const Plan& a, const Plan& b);

/// Bytes of the exit's logits, or what the request says.
std::int64_t result_bytes(const PlanRequest& request, int exit);

/// Time `bytes` take at `bytes_per_s`, rounded to the nearest nanosecond (halves upwards);
/// saturates instead of overflowing.
Nanoseconds transfer_time(std::int64_t bytes, double bytes_per_s);

}  // namespace branchline::planner
