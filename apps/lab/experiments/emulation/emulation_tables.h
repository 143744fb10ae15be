#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/emulation/device_check.h"
#include "apps/lab/experiments/emulation/link_check.h"

namespace branchline::lab {

struct EmulationCheck {
  std::string network;  ///< whose runs are the work
  LinkCheck links;
  DeviceCheck devices;
};

/// One emulation against what it is compared with.
struct EmulationVerdict {
  std::string text;  ///< what is compared, where, and the goal
  std::size_t compared = 0;
  double worst = 0, median = 0;  ///< shares that they are apart

  bool holds() const;
  std::string sentence() const;  ///< `text` with the figures
};

/// How far the two may be apart.
inline constexpr double kEmulationGoal = 0.1;

/// The link emulator against tbf and rests against the quota, each in the other's honest range, and
/// the measured slow-down against the stated one. What could not be compared is left out.
std::vector<EmulationVerdict> verdicts_on(const EmulationCheck& check);

/// A sentence for each cross-check that was not possible, and why.
std::vector<std::string> impossible_checks(const EmulationCheck& check);

/// "branchline.emulation_link/1" and "branchline.emulation_device/1", a line a cell.
std::string link_cells_csv(const std::vector<LinkCell>& cells);
std::string device_cells_csv(const std::vector<DeviceCell>& cells);

/// "branchline.emulation/1", and the same for people.
std::string emulation_json(const EmulationCheck& check);
std::string emulation_text(const EmulationCheck& check);

}  // namespace branchline::lab
