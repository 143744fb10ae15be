#pragma once

#include <string>
#include <vector>

namespace branchline::lab {

/// What can befall the edge and the way there.
enum class EdgeFault {
  cut,         ///< connections are reset, new ones get no answer
  blackhole,   ///< connections stand, no byte moves
  killed,      ///< SIGKILL; later it is started again
  frozen,      ///< SIGSTOP; later it goes on
  restarted,   ///< asked to stop, which drains it, and started again at once
  slowed,      ///< it runs for a tenth of the time
  overloaded,  ///< others ask it for more than it can do
  corrupted,   ///< bits of what it answers are flipped
  replaced     ///< another network stands in its place; later the right one again
};

const std::vector<EdgeFault>& all_edge_faults();
const char* name_of(EdgeFault fault) noexcept;

/// @throws InputError naming `where` and listing the faults.
EdgeFault edge_fault_from_name(const std::string& name, const std::string& where);

}  // namespace branchline::lab
