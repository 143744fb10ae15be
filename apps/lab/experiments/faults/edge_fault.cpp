#include "apps/lab/experiments/faults/edge_fault.h"

#include "framework/base/error.h"

namespace branchline::lab {

const std::vector<EdgeFault>& all_edge_faults() {
  static const std::vector<EdgeFault> faults = {
      EdgeFault::cut,        EdgeFault::blackhole, EdgeFault::killed,
      EdgeFault::frozen,     EdgeFault::restarted, EdgeFault::slowed,
      EdgeFault::overloaded, EdgeFault::corrupted, EdgeFault::replaced};
  return faults;
}

const char* name_of(EdgeFault fault) noexcept {
  switch (fault) {
    case EdgeFault::cut:
      return "cut";
    case EdgeFault::blackhole:
      return "blackhole";
    case EdgeFault::killed:
      return "killed";
    case EdgeFault::frozen:
      return "frozen";
    case EdgeFault::restarted:
      return "restarted";
    case EdgeFault::slowed:
      return "slowed";
    case EdgeFault::overloaded:
      return "overloaded";
    case EdgeFault::corrupted:
      return "corrupted";
    case EdgeFault::replaced:
      return "replaced";
  }
  return "?";
}

EdgeFault edge_fault_from_name(const std::string& name, const std::string& where) {
  std::string names;
  for (const EdgeFault fault : all_edge_faults()) {
    if (name == name_of(fault)) return fault;
    names += (names.empty() ? "" : ", ") + std::string(name_of(fault));
  }
  throw InputError("there is no fault '" + name + "'", where, "choose one of " + names);
}

}  // namespace branchline::lab
