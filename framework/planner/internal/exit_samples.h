#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "framework/planner/internal/cut_problem.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner::internal {

/// A multi-exit network whose samples leave at the first exit that is sure: how many leave where,
/// which exit a unit belongs to, and what computing and crossing cost a sample.
class ExitSamples {
 public:
  static constexpr int kNoExit = -1;

  /// @throws InputError when the shares are not 1 and then falling, or when an exit lies on the way
  /// to an earlier one
  ExitSamples(const PlanRequest& request, const std::vector<double>& reach);

  const PlanRequest& request() const { return request_; }
  const std::vector<graph::Unit>& units() const { return request_.graph.units; }
  std::size_t boundaries() const { return request_.graph.tiers.size() - 1; }
  int exits() const { return request_.graph.exit_count(); }
  std::int32_t exit_unit(int exit) const;

  /// The first exit that needs the unit; kNoExit for none.
  int level(std::int32_t unit) const { return level_[static_cast<std::size_t>(unit)]; }
  /// Of those that some exit needs.
  const std::vector<std::int32_t>& readers(std::int32_t unit) const;

  /// How many leave at `exit`, and at that one or later; all are 2^30.
  WideSum leaving(int exit) const { return leaving_[static_cast<std::size_t>(exit)]; }
  WideSum reaching(int exit) const;

  Cost compute(const graph::Unit& unit, std::size_t tier) const;
  Cost send(const graph::Unit& unit, std::size_t hop) const;
  /// What a sample that leaves at `exit` beyond `hop` pays for that.
  Cost way_back(int exit, std::size_t hop) const;

 private:
  void check(const std::vector<double>& reach) const;

  const PlanRequest& request_;
  std::vector<int> level_;  ///< by unit id
  std::vector<WideSum> leaving_;
  std::vector<std::vector<std::int32_t>> readers_;  ///< by unit id
};

}  // namespace branchline::planner::internal
