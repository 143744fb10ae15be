#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// The algorithms by name, in the order they are listed. An object that main fills; no static
/// registration.
class PlannerRegistry {
 public:
  void add(std::unique_ptr<Planner> planner);

  /// @throws InputError listing the names when there is no such algorithm.
  const Planner& find(const std::string& name) const;

  std::vector<const Planner*> all() const;

 private:
  std::vector<std::unique_ptr<Planner>> planners_;
};

/// Every algorithm this library has.
PlannerRegistry standard_planners();

}  // namespace branchline::planner
