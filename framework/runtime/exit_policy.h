#pragma once

#include <optional>
#include <string>
#include <vector>

#include "branchline/request.h"
#include "branchline/result.h"
#include "framework/runtime/plan_forecast.h"

namespace branchline::runtime {

/// A plan that could be carried out right now: its slices are compiled on both sides.
struct Candidate {
  PlanTimes times;
  Place place = Place::device;
  std::string key;
};

/// What a request asks of the choice.
struct Question {
  Duration budget{0};  ///< until the answer has to be handed out
  std::optional<double> min_accuracy;
  std::optional<int> force_exit;  ///< index from 0
  std::optional<Place> force_place;
  bool device_only = false;
  bool may_probe = false;  ///< this frame may be spent on learning about the link
};

/// Why nothing can be sent; `planned` when it can.
struct EdgeReach {
  Why barred = Why::planned;  ///< no_edge, link_down, edge_draining, edge_incompatible
  bool measured = false;      ///< LinkConditions' goodputs are known
  bool stale = false;         ///< but not for a while
};

struct Choice {
  std::size_t candidate = 0;  ///< index into the candidates
  Forecast forecast;
  Why why = Why::planned;
  Duration first_answer{0};  ///< of the device alone; hardly ever exceeded
  bool blind = false;        ///< the link should be measured, but no frame can be spared for it
};

/// The candidate of the greatest expected accuracy (Forecast::worth), of which the one in force if
/// it is nearly as good, else the quickest. Whatever is sent to the edge leaves the device time for
/// an answer of its own, if there is time for one at all. O(candidates x exits).
/// @param candidates  not empty; holds a device-only plan of every exit
/// @param in_force  Candidate::key of the last choice, for hysteresis; may be empty
Choice choose(const std::vector<Candidate>& candidates, const Question& question,
              const LinkConditions& link, const EdgeReach& access, const std::string& in_force);

}  // namespace branchline::runtime
