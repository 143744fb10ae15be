#include "framework/runtime/exit_policy.h"

#include <algorithm>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr double kSameWorth = 0.002;
constexpr double kHysteresisWorth = 0.005;
constexpr double kWorthAFlap = 0.02;     // more than what two codecs of one value differ by
constexpr double kHysteresisTime = 0.9;  // a change must be a tenth quicker
constexpr double kNearby = 1.1;          // on links that much slower and faster, too
constexpr double kShorter = 0.9;         // and when so much of the budget is left
constexpr double kSurely = 0.95;
constexpr double kLikely = 0.8;

struct Priced {
  std::size_t index;
  Forecast forecast;
};

int exits_of(const std::vector<Candidate>& candidates) {
  return static_cast<int>(candidates.front().times.insurance.size());
}

bool accurate_enough(const Candidate& candidate, const Question& question) {
  const bool known_below = question.min_accuracy && candidate.times.accuracy &&
                           *candidate.times.accuracy < *question.min_accuracy;
  return !known_below;
}

bool exit_allowed(const Candidate& candidate, const Question& question) {
  return question.force_exit ? candidate.times.exit == *question.force_exit
                             : accurate_enough(candidate, question);
}

bool may_be_sent(const Candidate& candidate, const Question& question, const EdgeReach& access) {
  if (candidate.place == Place::device) return true;
  if (question.device_only || access.barred != Why::planned) return false;
  return access.measured || question.force_place == candidate.place;
}

/// The device's own answer that is there first.
const Candidate& quickest_on_device(const std::vector<Candidate>& candidates) {
  const Candidate* quickest = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.place != Place::device) continue;
    if (quickest == nullptr || candidate.times.device < quickest->times.device) {
      quickest = &candidate;
    }
  }
  BL_EXPECT(quickest != nullptr, "there is always a plan for the device");
  return *quickest;
}

/// What is sent leaves the device time to answer by itself, if there is time for that at all; what
/// the device computes is likely to be done, for the exits it passes on the way cost time too.
bool is_sound(const Candidate& candidate, const Forecast& forecast, const Candidate& quickest,
              const Question& question) {
  if (candidate.place != Place::device) {
    return forecast.insured || quickest.times.device_cautious > question.budget;
  }
  const bool asked_for = question.force_exit || question.min_accuracy;
  return asked_for || &candidate == &quickest || forecast.in_time >= kLikely;
}

/// Candidates that the request allows. What it asks for in vain (a place that cannot be had now, an
/// accuracy that no exit has) is given up in that order.
std::vector<Priced> allowed(const std::vector<Candidate>& candidates, const Question& question,
                            const LinkConditions& link, const EdgeReach& access) {
  const Candidate& quickest = quickest_on_device(candidates);
  std::vector<Priced> priced;
  priced.reserve(candidates.size());
  for (const bool heed_exit : {true, false}) {
    for (const bool heed_place : {true, false}) {
      for (std::size_t index = 0; index < candidates.size(); ++index) {
        const Candidate& candidate = candidates[index];
        if (!may_be_sent(candidate, question, access)) continue;
        const bool other_place = question.force_place && *question.force_place != candidate.place;
        if (heed_place && other_place) continue;
        if (heed_exit && !exit_allowed(candidate, question)) continue;
        const Forecast fate = forecast(candidate.times, link, question.budget);
        const bool forced = heed_place && question.force_place;
        if (forced || is_sound(candidate, fate, quickest, question)) {
          priced.push_back({index, fate});
        }
      }
      if (!priced.empty()) return priced;
    }
  }
  BL_EXPECT(!priced.empty(), "there is always a plan for the device");
  return priced;
}

/// Time by which equals are told apart: sending is worth the trouble when it is a tenth quicker.
Duration effort(const std::vector<Candidate>& candidates, const Priced& priced) {
  const bool sent = candidates[priced.index].place != Place::device;
  return sent ? priced.forecast.total + priced.forecast.total / 9 : priced.forecast.total;
}

/// Of those worth as much as the best, or nearly, the quickest.
Priced best_of(const std::vector<Candidate>& candidates, const std::vector<Priced>& priced) {
  double most = 0;
  for (const Priced& each : priced) most = std::max(most, each.forecast.worth);
  const Priced* best = nullptr;
  for (const Priced& each : priced) {
    if (each.forecast.worth < most - kSameWorth) continue;
    if (best == nullptr || effort(candidates, each) < effort(candidates, *best)) best = &each;
  }
  return *best;
}

bool better_at(const PlanTimes& best, const PlanTimes& old, bool by_worth, Duration budget,
               const LinkConditions& link) {
  const Forecast of_best = forecast(best, link, budget);
  const Forecast of_old = forecast(old, link, budget);
  const bool as_good = of_best.worth >= of_old.worth - (by_worth ? 0 : kSameWorth);
  const bool old_safe = old.remote ? of_old.insured.has_value() : of_old.in_time >= kLikely;
  const bool as_safe = !best.remote || of_best.insured || !old_safe;
  return as_good && as_safe && (by_worth || of_best.total <= of_old.total);
}

/// What is better only on exactly this link is not better on a link that goes up and down, and what
/// fits only into a whole budget is not better for frames that wait a moment for the one before,
/// unless it is worth taking for every other frame.
bool better_nearby(const PlanTimes& best, const PlanTimes& old, bool by_worth, Duration budget,
                   const LinkConditions& link) {
  for (const double factor : {1 / kNearby, kNearby}) {
    LinkConditions nearby = link;
    nearby.uplink_bytes_per_s *= factor;
    nearby.downlink_bytes_per_s *= factor;
    if (!better_at(best, old, by_worth, budget, nearby)) return false;
  }
  const double gain = forecast(best, link, budget).worth - forecast(old, link, budget).worth;
  return gain > kWorthAFlap || better_at(best, old, by_worth, scaled(budget, kShorter), link);
}

Priced keep_unless_better(const Priced& best, const std::vector<Candidate>& candidates,
                          const std::vector<Priced>& priced, const LinkConditions& link,
                          Duration budget, const std::string& in_force) {
  for (const Priced& old : priced) {
    if (candidates[old.index].key != in_force) continue;
    const bool worth_it = best.forecast.worth > old.forecast.worth + kHysteresisWorth;
    const bool quicker = static_cast<double>(best.forecast.total.count()) <
                         kHysteresisTime * static_cast<double>(old.forecast.total.count());
    const bool change =
        (worth_it || quicker) && better_nearby(candidates[best.index].times,
                                               candidates[old.index].times, worth_it, budget, link);
    return change ? best : old;
  }
  return best;
}

/// A frame too small for the link's speed would only show its round trip.
constexpr std::int64_t kShowsGoodput = 1000;

/// The plan with the fewest bytes up that show the goodput and that costs the request nothing: as
/// deep as the best one, which the device surely gets to beside it. While nothing is known of the
/// link any answer beside it will do.
std::optional<Priced> probe(const std::vector<Candidate>& candidates, const Question& question,
                            const LinkConditions& link, bool measured, const Priced& best,
                            std::int64_t least_bytes) {
  std::optional<Priced> found;
  const int best_exit = candidates[best.index].times.exit;
  for (std::size_t index = 0; index < candidates.size(); ++index) {
    const Candidate& candidate = candidates[index];
    if (candidate.place == Place::device || !exit_allowed(candidate, question)) continue;
    if (candidate.times.exit < best_exit ||
        candidate.times.bytes_up + link.overhead_up < least_bytes)
      continue;
    const Forecast fate = forecast(candidate.times, link, question.budget);
    const int own_exit = measured ? best_exit : 0;
    if (!fate.insured || *fate.insured < own_exit) continue;
    const bool smaller =
        !found || candidate.times.bytes_up < candidates[found->index].times.bytes_up;
    if (smaller) found = Priced{index, fate};
  }
  return found;
}

/// Whether the edge would be used if nobody else were using it.
bool queue_decides(const std::vector<Candidate>& candidates, const Question& question,
                   LinkConditions link, const EdgeReach& access) {
  if (link.edge_queue <= Duration::zero()) return false;
  link.edge_queue = Duration::zero();
  const Priced best = best_of(candidates, allowed(candidates, question, link, access));
  return candidates[best.index].place != Place::device;
}

Why reason(const std::vector<Candidate>& candidates, const Question& question,
           const LinkConditions& link, const EdgeReach& access, const Priced& chosen) {
  const Candidate& candidate = candidates[chosen.index];
  const bool device = candidate.place == Place::device;
  const bool edge_was_asked_for = question.force_place && *question.force_place != Place::device;
  if (device && question.device_only) return Why::no_edge;
  if (device && edge_was_asked_for && access.barred != Why::planned) return access.barred;
  const bool as_forced = (!question.force_place || *question.force_place == candidate.place) &&
                         (!question.force_exit || *question.force_exit == candidate.times.exit);
  if (question.force_place || question.force_exit) {
    return as_forced ? Why::forced : Why::link_too_slow;
  }
  if (!device) return Why::planned;
  const Duration first_answer = quickest_on_device(candidates).times.device_cautious;
  if (first_answer > question.budget) return Why::deadline_too_tight;
  if (access.barred != Why::planned) return access.barred;
  const bool nothing_better =
      candidate.times.exit == exits_of(candidates) - 1 && chosen.forecast.in_time >= kSurely;
  if (nothing_better || !access.measured) return Why::planned;
  return queue_decides(candidates, question, link, access) ? Why::edge_overloaded
                                                           : Why::link_too_slow;
}

}  // namespace

Choice choose(const std::vector<Candidate>& candidates, const Question& question,
              const LinkConditions& link, const EdgeReach& access, const std::string& in_force) {
  BL_EXPECT(!candidates.empty(), "there is always a plan for the device");
  const std::vector<Priced> priced = allowed(candidates, question, link, access);
  const Priced chosen = keep_unless_better(best_of(candidates, priced), candidates, priced, link,
                                           question.budget, in_force);
  const Why why = reason(candidates, question, link, access, chosen);
  const Duration first_answer = quickest_on_device(candidates).times.device_cautious;
  const bool could_learn = question.may_probe && !question.device_only && !question.force_place &&
                           !question.force_exit && access.barred == Why::planned &&
                           (!access.measured || access.stale);
  const bool device_does_it_all = why == Why::planned && access.measured;
  if (could_learn && !device_does_it_all && candidates[chosen.index].place == Place::device) {
    // What a bucket may let through at once shows nothing, if there is anything larger to send.
    const auto beyond_bucket = static_cast<std::int64_t>(2 * link.burst_bytes_up);
    for (const std::int64_t least : {std::max(kShowsGoodput, beyond_bucket), kShowsGoodput}) {
      if (const auto sent = probe(candidates, question, link, access.measured, chosen, least)) {
        return {sent->index, sent->forecast, Why::probing, first_answer};
      }
    }
    return {chosen.index, chosen.forecast, why, first_answer, true};
  }
  return {chosen.index, chosen.forecast, why, first_answer};
}

}  // namespace branchline::runtime
