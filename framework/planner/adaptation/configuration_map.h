#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "framework/planner/bandwidth_envelope.h"
#include "framework/planner/plan_request.h"
#include "framework/planner/planner.h"

namespace branchline::planner {

/// The levels that a history of goodputs (bytes/s, each > 0) visits: the geometric means of
/// `states` equally large groups of its sorted samples, ascending, equal ones once. Fewer samples
/// than states give a state each; no samples, no states. (Edgent sketches traces into states as
/// Oboe does; how is not published in full, so this is ours.)
std::vector<double> bandwidth_states(std::vector<double> goodputs, std::size_t states);

/// By what a state's configuration is chosen among the exits, each at its fastest plan.
enum class ConfigurationRule {
  /// Edgent's reward: exp(accuracy) + 1 / latency (accuracy 0 to 1, latency in s) in time, else 0.
  /// A
  /// frame a second more is worth as much as a third of all accuracy, so fast links choose shallow
  /// exits.
  reward,
  deepest_in_time,  ///< the rule of Planner::plan
};

/// Edgent's configuration map: for each bandwidth state the plan to use. A value; look-ups are safe
/// from any thread. Li, Zeng, Zhou, Chen, "Edge AI: on-demand accelerating deep neural network
/// inference via edge computing", IEEE TWC 2020 (the dynamic configurator; re-designed where it is
/// not published).
struct ConfigurationMap {
  struct Entry {
    double uplink_bytes_per_s = 0;  ///< the state
    Plan plan;                      ///< feasible = false when the state has none in time
  };
  std::vector<Entry> entries;  ///< ascending in goodput

  /// Place in `entries` of the state nearest in ratio to `uplink_bytes_per_s` > 0; nullopt when
  /// there is none. O(log entries).
  std::optional<std::size_t> look_up(double uplink_bytes_per_s) const;
};

/// @param planner  solves each state's exits
/// @param request  its link's downlink and round trip serve every state; it must have a deadline
/// @throws InputError as Planner::plan, or when there is no deadline or the rule is `reward` and an
/// exit has no accuracy.
ConfigurationMap configuration_map(const Planner& planner, const PlanRequest& request,
                                   const std::vector<double>& states, ConfigurationRule rule);

/// What replaces the map and its states: an envelope per exit, exact at every goodput. The rule is
/// deepest_in_time. A value; look-ups are safe from any thread.
struct ExactConfigurations {
  std::vector<BandwidthEnvelope> exits;
  Nanoseconds deadline{0};

  struct Choice {
    int exit = 0;
    std::size_t plan = 0;  ///< place in exits[exit].plans
    Nanoseconds predicted{0};
    bool feasible = false;
  };

  /// The deepest exit whose fastest plan is in time, else the fastest of all (of equals the
  /// deepest); nullopt when no exit can run. O(exits · log plans), no solver, no allocation.
  std::optional<Choice> look_up(double uplink_bytes_per_s) const;
};

/// @throws InputError as bandwidth_envelope, or when the request has no deadline.
ExactConfigurations exact_configurations(const PlanRequest& request);

}  // namespace branchline::planner
