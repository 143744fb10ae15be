#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "transport/link_profile.h"

namespace branchline::lab {

constexpr double kLinkStep = 0.25;  ///< what a step multiplies the uplink by

/// A link over which frames go up one at a time, each of a size drawn from a list.
struct LinkCase {
  std::string name;
  transport::LinkProfile profile;
  std::uint64_t burst_bytes = 0;  ///< of a token bucket; 0: a serializer without bursts
  std::vector<std::uint64_t> frame_bytes;
  Duration pause{0};  ///< between an answer and the next frame
  int frames = 120;
  bool steps = false;  ///< a third of the frames as the profile says, a third at kLinkStep of its
                       ///< uplink, the last third as before
};

/// After one frame: what the link really passed, and what each follower made of it.
struct FollowedFrame {
  int phase = 0;  ///< counts the steps before it
  std::uint64_t bytes = 0;
  double measured_bytes_per_s = 0;
  std::vector<double> estimates;
};

/// How one follower did. An error is |estimate / goodput measured - 1|, medians and 90th
/// percentiles over the frames from the tenth on, the five after a step left out.
struct FollowerScore {
  std::string follower;
  double median_error = 0;
  double p90_error = 0;
  double next_error = 0;    ///< median: the estimate before a frame against that frame's goodput
  double steady_error = 0;  ///< median where the last five goodputs lay within 10 %; -1: nowhere
  int frames_down = 0;      ///< after a step, until two in a row are within 10 %; -1: never
  int frames_up = 0;
};

struct LinkRow {
  std::string link;
  double measured_bytes_per_s = 0;  ///< of the first phase, the median frame's
  std::vector<FollowerScore> scores;
};

/// Sizes of real cut tensors, 4 to 200 KiB; on slow links those that take at most two seconds.
std::vector<std::uint64_t> cut_tensor_sizes(double bytes_per_s);

/// Links of 0.13 to 100 Mbit/s, delays of 5 to 50 ms, with and without jitter, and token buckets.
std::vector<LinkCase> steady_link_cases();

/// A part of those without buckets, small enough for real time: under a minute, all at once.
std::vector<LinkCase> live_link_cases();

/// A replay of a trace, to its end. @throws InputError as read_link_trace
LinkCase trace_case(const std::string& file);

/// In virtual time.
LinkRow follow_virtual_link(const LinkCase& link);

/// @param frames  in order
LinkRow scored(const std::string& link, const std::vector<FollowedFrame>& frames,
               const std::vector<std::string>& followers);

/// For people, and "branchline.link_experiment/1".
std::string link_table(const std::vector<LinkRow>& rows);
std::string link_rows_json(const std::vector<LinkRow>& rows);

}  // namespace branchline::lab
