#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/stop_flag.h"
#include "apps/lab/sweep/sample_statistics.h"

namespace branchline::lab {

/// `tc tbf`'s bucket holds two packets: less, and a timer that comes late costs goodput.
inline constexpr std::size_t kBurstBytes = 3000;

/// From so many bursts on a frame's time through a bucket is the link's: a full bucket saves it
/// one.
inline constexpr std::size_t kHonestBursts = 8;

/// Frames of one size at one rate.
struct LinkCell {
  double rate_mbps = 0;                       ///< tbf's, headers counted
  std::optional<double> bucket_goodput_mbps;  ///< measured over a second; nullopt: no tbf here
  std::size_t frame_bytes = 0;
  Estimate emulator_ms;  ///< through the link emulator, set to set_mbps()
  std::optional<Estimate> bucket_ms;

  double set_mbps() const { return bucket_goodput_mbps.value_or(rate_mbps); }
  double ideal_ms() const;  ///< of the frame's bytes at set_mbps()
  bool honest() const { return frame_bytes >= kHonestBursts * kBurstBytes; }
  /// tbf's time over the emulator's.
  std::optional<double> ratio() const;
};

struct LinkCheck {
  std::vector<LinkCell> cells;
  std::string unavailable;  ///< why there is no tbf; empty: there is
};

/// 1 KiB to 1 MiB in steps of four, as far as a frame takes at most three seconds.
std::vector<std::size_t> frame_sizes(double rate_mbps);

/// @param repeats  of each frame; interleaved by size
/// @returns the rates that were done before the stop
LinkCheck check_links(const std::vector<double>& rates_mbps, int repeats, const StopFlag& stop,
                      const std::function<void(const std::string&)>& progress);

}  // namespace branchline::lab
