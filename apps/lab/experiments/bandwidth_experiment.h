#pragma once

#include <string>
#include <vector>

#include "framework/planner/plan_request.h"

namespace branchline::lab {

/// What one way of following a link does to a stream of requests, one per sample of a trace.
struct BandwidthRow {
  std::string method;
  int requests = 0;
  int in_time = 0;
  double expected_accuracy = 0;  ///< of the exits in time; a late answer is worth nothing
  int plan_changes = 0;
  planner::Nanoseconds mean_decision{0};  ///< detector and look-up, per sample
};

/// Replays a trace of uplink goodputs: before each sample a method chooses a plan from the samples
/// before it, then the request takes what that plan takes at the sample's own goodput. Methods: the
/// plan for the mean goodput throughout; Edgent's configuration map (of `states` states of the
/// trace itself) behind Bayesian change-point detection, by Edgent's reward and by depth; the exact
/// envelopes behind the same detection, behind CUSUM and on the last sample; the envelopes with the
/// sample known beforehand, which none can beat.
/// @param request  two tiers, a deadline, an accuracy per exit; its uplink does not count
/// @param goodputs_bytes_per_s  >= 0; at 0 nothing crosses and only plans of the device are in time
/// @throws InputError as configuration_map, or when there are less than two samples above 0.
std::vector<BandwidthRow> run_bandwidth_experiment(const planner::PlanRequest& request,
                                                   const std::vector<double>& goodputs_bytes_per_s,
                                                   std::size_t states);

/// For people, and "branchline.bandwidth_experiment/1".
std::string bandwidth_table(const std::vector<BandwidthRow>& rows);
std::string bandwidth_json(const std::vector<BandwidthRow>& rows);

}  // namespace branchline::lab
