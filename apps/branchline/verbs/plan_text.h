#pragma once

#include <string>
#include <vector>

#include "framework/planner/plan_explanation.h"
#include "framework/planner/planner_registry.h"

namespace branchline::apps {

/// What `branchline plan --explain` knows beyond the plan.
struct PlanExplanation {
  std::vector<std::optional<planner::Plan>> best_of_exit;  ///< by exit, the algorithm's best plan
  std::optional<planner::PlanGoal> goal;                   ///< nullopt: nothing left to reach
  std::vector<planner::HelpfulChange> changes;             ///< that reach it, smallest first
};

/// Solves every exit and searches the changes; takes some hundred times as long as the plan.
PlanExplanation explain(const planner::Planner& planner, const planner::PlanRequest& request,
                        const planner::Plan& plan);

/// For people: the exit, where the time goes, which units run where.
std::string plan_text(const planner::PlanRequest& request, const planner::Plan& plan,
                      const std::string& algorithm, planner::Nanoseconds solver_time);

/// For people: what binds each exit, and the nearest change that helps.
std::string explanation_text(const planner::PlanRequest& request,
                             const PlanExplanation& explanation);

/// The members that `--explain` adds to branchline.plan/1 (docs/schemas.md), inserted into
/// `plan_json`.
std::string with_explanation(const std::string& plan_json, const PlanExplanation& explanation);

/// `--list`: a line an algorithm, or "branchline.planners/1".
std::string planner_list_text(const planner::PlannerRegistry& registry);
std::string planner_list_json(const planner::PlannerRegistry& registry);

}  // namespace branchline::apps
