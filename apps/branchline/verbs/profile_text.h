#pragma once

#include <functional>
#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/profile/prediction.h"
#include "framework/profile/unit_profile.h"

namespace branchline::apps {

/// A table of the cuts of every exit on the tiers of the profile, for people.
std::string profile_text(const graph::LayerGraph& graph, const profile::Profile& profile);

/// One model of `branchline profile --report`: the three predictions of its whole time.
struct PredictionRow {
  std::string model;
  std::int32_t cut = 0;
  Duration measured{0}, segments{0}, regression{0}, isolated{0};
  bool has_regression = false;  ///< false when there is no other model to fit on
};

std::vector<PredictionRow> prediction_rows(const std::vector<std::string>& names,
                                           const std::vector<profile::PredictionCase>& cases);

/// @param fits  of all models' layers together
std::string prediction_text(const std::vector<PredictionRow>& rows,
                            const profile::TimeRegression& fits);

/// Schema "branchline.prediction/1" (docs/profiles.md).
std::string prediction_json(const std::vector<PredictionRow>& rows,
                            const profile::TimeRegression& fits);

/// "\r<what> 3/20" on stderr while it is a terminal; nothing otherwise.
std::function<void(int done, int total)> progress_line(const std::string& what);

}  // namespace branchline::apps
