#pragma once

#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// One frame of a phase in which link and load stay as they are.
struct AdaptedFrame {
  Duration at{0};         ///< arrival, since the phase began
  std::string plan;       ///< as planned: "exit 3 split 0-4 int8"
  std::string why;        ///< name_of(Result::why)
  double uplink_bps = 0;  ///< as the engine saw it
  bool probe = false;
  bool in_time = false;
  bool on_edge = false;  ///< answered by the edge, as planned
  Duration latency{0};
  Duration overhead{-1};  ///< of the request path: all but compute and wire; below 0: not known
};

struct AdaptationPhase {
  std::string name;
  std::string expected;  ///< what the cost model says for the true link without load; may be empty
  std::vector<AdaptedFrame> frames;
};

/// How one change was followed. The right plan is the one that most frames of the phase's second
/// half have: what the engine settles on once it knows. It is found at the first of five frames in
/// a row that have it, probes left out.
struct AdaptationScore {
  std::string phase, right_plan, expected;
  int frames_to_right = -1;   ///< frames before it was found, probes too; -1: never
  Duration time_to_right{0};  ///< from the change to the end of waiting for that frame's arrival
  double in_time_before = 0;  ///< share of frames, until it was found
  double in_time_after = 0;   ///< and from then on
  double right_after = 0;     ///< share of frames with the right plan from then on, probes left out
  int plan_changes_after = 0;  ///< in the second half
  int frames = 0;
};

AdaptationScore score_of(const AdaptationPhase& phase);

/// Quantiles of the request path's overhead over frames where it is known.
struct OverheadScore {
  std::string frames;  ///< which
  int count = 0;
  Duration median{0}, p95{0};
};

/// Of the frames the device answered alone, and of those the edge answered as planned.
/// @param device  what it was, for people
std::vector<OverheadScore> overheads_of(const std::vector<AdaptationPhase>& phases,
                                        const std::string& device);

/// For people, CSV, and "branchline.adaptation/1".
std::string adaptation_table(const std::vector<AdaptationScore>& scores,
                             const std::vector<OverheadScore>& overheads);
std::string adaptation_csv(const std::vector<AdaptationScore>& scores);
std::string adaptation_frames_csv(const std::vector<AdaptationPhase>& phases);
std::string adaptation_json(const std::vector<AdaptationScore>& scores,
                            const std::vector<OverheadScore>& overheads);

}  // namespace branchline::lab
