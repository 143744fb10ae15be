#pragma once

#include <vector>

#include "framework/base/clock.h"

namespace branchline::transport {

/// What the uplink's part of exchanges tells of its goodput: the line
///
///     seconds = fixed + max(0, bytes - burst) * seconds_per_byte
///
/// through the latest frames, by weighted least squares. `fixed` (round trip and answer) has a
/// prior; `burst` is what a token bucket on the way lets through at once. A frame weighs by how
/// much of its time its bytes took, and by its age if the goodput wanders. One frame far off the
/// line is an outlier and two are a step: the line is drawn anew through them, unless a burst
/// explains them and the older ones. After a second of silence one is enough. A value.
class ExchangeFit {
 public:
  /// What is known of the fixed part without this frame.
  struct FixedPart {
    double seconds = 0;
    double deviation_s = 0;  ///< > 0
  };

  /// @param seconds  > 0, of the whole exchange less the peer's own time
  /// @param noise_s  > 0, standard deviation of what delays every exchange alike
  void add(double bytes, double seconds, const FixedPart& fixed, double noise_s, TimePoint begun,
           TimePoint end);

  bool any() const noexcept { return line_.seconds_per_byte > 0; }
  double bytes_per_s() const noexcept;  ///< 0 before the first frame
  double log_deviation() const noexcept;
  double burst_bytes() const noexcept { return line_.burst_bytes; }

  /// Of the burst, what was left after the newest frame: so much more would have passed at once.
  double free_bytes() const noexcept;
  double fixed_s() const noexcept { return line_.fixed_s; }
  double fixed_deviation_s() const noexcept { return line_.fixed_deviation_s; }

 private:
  struct Frame {
    double bytes = 0, seconds = 0, noise_s = 0;
    double idle_s = 0;  ///< of the link before it
  };
  struct Line {
    double fixed_s = 0, seconds_per_byte = 0, burst_bytes = 0;
    double fixed_deviation_s = 0, slope_deviation = 0;
    double misfit = 0;  ///< mean square, in deviations
  };

  Line line_through(const std::vector<Frame>& frames, double burst_bytes, const FixedPart& fixed,
                    double wander) const;
  double likely_burst(const std::vector<Frame>& frames, const FixedPart& fixed) const;
  bool contradicted(const std::vector<Frame>& frames, double burst_bytes, const FixedPart& fixed,
                    double paid_share) const;
  bool went_free(const Frame& frame, const FixedPart& fixed) const;
  void take_from_bucket(const Frame& frame, bool free);
  double paid_bytes(const Frame& frame, double burst_bytes) const;
  double expected_s(const Frame& frame, const Line& line) const;
  void draw_line(double burst_bytes, const FixedPart& fixed);
  void learn_wander(const Frame& frame);
  int side_of(const Frame& frame) const;
  void start_over(std::vector<Frame> frames, const FixedPart& fixed);

  std::vector<Frame> frames_;  // the newest last
  Line line_;
  double used_bytes_ = 0;  ///< of the burst, after the newest frame; above it: debt
  double wander_ = 0.1;    ///< of log goodput from frame to frame
  int far_side_ = 0;       ///< -1 or +1: an unconfirmed frame lies below or above the line
  Frame far_;
  TimePoint told_;
};

}  // namespace branchline::transport
