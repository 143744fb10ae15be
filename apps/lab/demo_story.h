#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/lab/frame_log.h"
#include "apps/lab/frame_summary.h"

namespace branchline::lab {

/// The emulated link at one moment.
struct LinkSample {
  Duration at{0};  ///< since the first frame's arrival
  double uplink_bps = 0;
  bool down = false;
};

/// A part of the play.
struct Act {
  std::string name;
  std::string shows;  ///< a sentence for the report
  Duration begin{0}, end{0};
};

/// What one place could have done at a moment.
struct PlaceOption {
  Place place = Place::device;
  int exit = 0;                                   ///< deepest that fits the budget, from 1; 0: none
  Duration predicted{0};                          ///< of that exit; of exit 1 when none fits
  Duration deepest_exit{0};                       ///< predicted time of the deepest exit
  bool possible = true;                           ///< false without a link
  std::optional<double> accuracy = std::nullopt;  ///< of that exit, codecs on the way included
  std::int32_t cut = 0;                           ///< last unit on the device
};

/// A frame whose place is explained: the link as the engine knew it, and every place's prediction.
struct PlaceChoice {
  FrameRecord frame;
  std::vector<PlaceOption> options;  ///< device, split, edge
};

/// Everything the report and the pictures show.
struct DemoStory {
  std::string model;
  std::string device, edge, link, frames;  ///< sentences: what stood for the device, …
  double slowdown = 1;
  int exits = 0;
  std::vector<std::optional<double>> exit_accuracy;
  Duration deadline{0}, length{0};
  std::vector<Act> acts;
  std::vector<LinkSample> link_samples;
  std::vector<FrameRecord> records;  ///< Branchline's own
  std::vector<MethodSummary> table;
  std::vector<PlaceChoice> choices;
  std::string command;  ///< that made it
};

}  // namespace branchline::lab
