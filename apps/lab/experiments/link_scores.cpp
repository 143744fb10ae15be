#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"
#include "apps/lab/experiments/link_experiment.h"

namespace branchline::lab {
namespace {

constexpr double kCloseEnough = 0.1;
constexpr std::size_t kWarmUpFrames = 10;
constexpr std::size_t kStepFrames = 5;

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

double error_of(double estimate, double truth) { return std::abs(estimate / truth - 1); }

/// Where the phase of frame `i` begins.
std::size_t phase_begin(const std::vector<FollowedFrame>& frames, std::size_t i) {
  while (i > 0 && frames[i - 1].phase == frames[i].phase) --i;
  return i;
}

bool steady_before(const std::vector<FollowedFrame>& frames, std::size_t i) {
  if (i < 5) return false;
  for (std::size_t k = i - 5; k < i; ++k) {
    if (error_of(frames[k].measured_bytes_per_s, frames[i].measured_bytes_per_s) > kCloseEnough) {
      return false;
    }
  }
  return true;
}

/// Frames after the step into `phase` until two in a row are close; -1: never, 0: no such phase.
int frames_to_follow(const std::vector<FollowedFrame>& frames, int phase, std::size_t follower) {
  const auto begin = std::find_if(frames.begin(), frames.end(),
                                  [&](const FollowedFrame& frame) { return frame.phase == phase; });
  if (phase == 0 || begin == frames.end()) return 0;
  const auto close = [&](const FollowedFrame& frame) {
    return error_of(frame.estimates[follower], frame.measured_bytes_per_s) <= kCloseEnough;
  };
  for (auto frame = begin; frame + 1 < frames.end() && (frame + 1)->phase == phase; ++frame) {
    if (close(*frame) && close(*(frame + 1))) return static_cast<int>(frame - begin) + 1;
  }
  return -1;
}

FollowerScore score_of(const std::vector<FollowedFrame>& frames, std::size_t follower,
                       const std::string& name) {
  std::vector<double> errors, steady, next;
  for (std::size_t i = kWarmUpFrames; i < frames.size(); ++i) {
    const FollowedFrame& frame = frames[i];
    const double error = error_of(frame.estimates[follower], frame.measured_bytes_per_s);
    next.push_back(error_of(frames[i - 1].estimates[follower], frame.measured_bytes_per_s));
    if (steady_before(frames, i)) steady.push_back(error);
    if (i - phase_begin(frames, i) >= kStepFrames) errors.push_back(error);
  }
  return {name,
          quantile(errors, 0.5),
          quantile(errors, 0.9),
          quantile(next, 0.5),
          quantile(steady, 0.5),
          frames_to_follow(frames, 1, follower),
          frames_to_follow(frames, 2, follower)};
}

std::string frames_text(int down, int up) {
  const auto text = [](int frames) {
    return frames < 0 ? std::string("-") : std::to_string(frames);
  };
  return down == 0 && up == 0 ? "" : text(down) + "/" + text(up);
}

}  // namespace

LinkRow scored(const std::string& link, const std::vector<FollowedFrame>& frames,
               const std::vector<std::string>& followers) {
  LinkRow row;
  row.link = link;
  std::vector<double> measured;
  for (const FollowedFrame& frame : frames) {
    if (frame.phase == 0) measured.push_back(frame.measured_bytes_per_s);
  }
  row.measured_bytes_per_s = quantile(measured, 0.5);
  for (std::size_t i = 0; i < followers.size(); ++i) {
    row.scores.push_back(score_of(frames, i, followers[i]));
  }
  return row;
}

std::string link_table(const std::vector<LinkRow>& rows) {
  using apps::padded;
  if (rows.empty()) return "";
  constexpr std::size_t kNameWidth = 34, kRateWidth = 13, kScoreWidth = 23;
  std::string text = padded("link", kNameWidth) + padded("measured", kRateWidth);
  for (const FollowerScore& score : rows.front().scores)
    text += padded(score.follower, kScoreWidth);
  text += '\n';
  for (const LinkRow& row : rows) {
    text += padded(row.link, kNameWidth) +
            padded(apps::show_rate(row.measured_bytes_per_s), kRateWidth);
    for (const FollowerScore& score : row.scores) {
      const bool trace = score.frames_down == 0;
      text += padded(
          fmt::format("{:5.1f} {:6.1f}  {}", 100 * (trace ? score.next_error : score.median_error),
                      100 * (trace ? score.steady_error : score.p90_error),
                      frames_text(score.frames_down, score.frames_up)),
          kScoreWidth);
    }
    text += '\n';
  }
  return text;
}

std::string link_rows_json(const std::vector<LinkRow>& rows) {
  nlohmann::ordered_json json = {{"schema", "branchline.link_experiment/1"},
                                 {"rows", nlohmann::ordered_json::array()}};
  for (const LinkRow& row : rows) {
    for (const FollowerScore& score : row.scores) {
      json["rows"].push_back({{"link", row.link},
                              {"measured_bps", 8 * row.measured_bytes_per_s},
                              {"estimator", score.follower},
                              {"median_error", score.median_error},
                              {"p90_error", score.p90_error},
                              {"next_frame_error", score.next_error},
                              {"steady_error", score.steady_error},
                              {"frames_after_step_down", score.frames_down},
                              {"frames_after_step_up", score.frames_up}});
    }
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
