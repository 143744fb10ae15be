#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "apps/lab/experiments/traces/trace_setting.h"
#include "branchline/request.h"
#include "framework/planner/plan.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::lab {

/// A placement as a frame meets it: what each part takes on this device, edge and link.
struct FramePlan {
  int exit = 0;  ///< index from 0
  Place place = Place::device;
  Duration device{0};                         ///< before sending, encoding included; or all
  Duration edge{0};                           ///< decoding included
  Duration tail{0};                           ///< on the device, after the edge
  std::int64_t bytes_up = 0, bytes_down = 0;  ///< frames
  bool sends_jpeg = false;  ///< bytes_up lacks the picture itself: each has its own size
  Crossing crossing;
  double accuracy = 0;  ///< over all test pictures
};

/// What leaves a unit goes through this codec, of which nothing depends on the picture but JPEG's
/// and PNG's size (a PNG counts with its mean).
using CodecOf = std::function<transport::Codec(graph::ValueId)>;

/// @returns nullopt for placements that go to the edge more than once.
std::optional<FramePlan> frame_plan(const TraceSetting& setting, const planner::Plan& plan,
                                    const CodecOf& codec_of);

/// The codecs that the engine takes without a file of measured ones.
CodecOf engine_codecs(const runtime::WireCosts& wire);

/// Every exit at every cut vertex of its chain, through every codec that was measured there: device
/// only first, then edge only, then splits.
std::vector<FramePlan> all_frame_plans(const TraceSetting& setting);

}  // namespace branchline::lab
