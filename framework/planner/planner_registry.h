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

  /// @param where  the flag or option that the name comes from, for the error
  /// @throws InputError listing the names when there is no such algorithm.
  const Planner& find(const std::string& name, const std::string& where = "planner") const;

  /// As find(), but kPlanMapName is a name too: nullptr, plans are looked up in plan maps.
  const Planner* find_unless_map(const std::string& name, const std::string& where) const;

  std::vector<const Planner*> all() const;

 private:
  const Planner* named(const std::string& name) const;
  std::string names() const;

  std::vector<std::unique_ptr<Planner>> planners_;
};

/// Every algorithm this library has.
PlannerRegistry standard_planners();

}  // namespace branchline::planner
