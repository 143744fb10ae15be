#pragma once

#include <optional>
#include <string>

#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// An algorithm that places the units of one exit. Stateless; safe from any thread.
/// plan() checks the request once and chooses the exit; each algorithm only solves one exit at a
/// time.
class Planner {
 public:
  virtual ~Planner() = default;

  /// The algorithm's name on the command line, e.g. "neurosurgeon".
  virtual const std::string& name() const = 0;

  /// One line for `branchline plan --list`: what it minimises, over which plans, at what cost.
  virtual const std::string& summary() const = 0;

  /// Whether it can place units on three tiers.
  virtual bool three_tiers() const { return false; }

  /// Whether it keeps max_accuracy_loss and max_uplink_bytes.
  virtual bool keeps_caps() const { return false; }

  /// With request.exit: the best plan for that exit. Without: the deepest exit whose plan meets the
  /// deadline; if none does, the fastest plan of all (of equals the deepest exit) with feasible =
  /// false. Without a deadline: the deepest exit. Exits that no placement can compute are passed
  /// over; nullopt when that leaves none.
  /// @throws InputError when the graph is not profiled for the tiers, the algorithm does not take
  /// that many, a goodput is not positive, the exit is not there or the request has a cap that the
  /// algorithm does not keep.
  std::optional<Plan> plan(const PlanRequest& request) const;

 private:
  /// Least-latency plan this algorithm finds for `exit` (checked), priced by price_plan
  /// (plan_cost.h).
  virtual std::optional<Plan> do_plan(const PlanRequest& request, int exit) const = 0;

  /// The latency this algorithm believes its own plan to have; exits are chosen by it. Only a
  /// published algorithm whose cost model is wrong differs from the plan's predicted time.
  virtual Nanoseconds believed_latency(const PlanRequest& request, const Plan& plan) const;
};

}  // namespace branchline::planner
