#include "apps/lab/adaptation_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"

namespace branchline::lab {
namespace {

using AdaptedFrames = std::vector<AdaptedFrame>;

constexpr int kInARow = 5;

std::string most_frequent_plan(AdaptedFrames::const_iterator begin,
                               AdaptedFrames::const_iterator end) {
  std::map<std::string, int> counts;
  for (auto frame = begin; frame != end; ++frame) {
    if (!frame->probe) ++counts[frame->plan];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? "" : most->first;
}

/// The first of kInARow frames with the plan; the end when there is none.
std::size_t found_at(const AdaptedFrames& frames, const std::string& plan) {
  std::size_t first = frames.size();
  int in_a_row = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].probe) continue;
    if (frames[i].plan != plan) in_a_row = 0;
    if (frames[i].plan == plan && ++in_a_row == 1) first = i;
    if (in_a_row == kInARow) return first;
  }
  return frames.size();
}

double share_of(const AdaptedFrames& frames, std::size_t begin, std::size_t end, const auto& counts,
                const auto& has) {
  int all = 0, with = 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (!counts(frames[i])) continue;
    ++all;
    with += has(frames[i]) ? 1 : 0;
  }
  return all == 0 ? 0 : static_cast<double>(with) / all;
}

int changes_of_plan(AdaptedFrames::const_iterator begin, AdaptedFrames::const_iterator end) {
  int changes = 0;
  const std::string* before = nullptr;
  for (auto frame = begin; frame != end; ++frame) {
    if (frame->probe) continue;
    if (before != nullptr && *before != frame->plan) ++changes;
    before = &frame->plan;
  }
  return changes;
}

Duration quantile_of(std::vector<Duration> values, double share) {
  if (values.empty()) return Duration::zero();
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

}  // namespace

AdaptationScore score_of(const AdaptationPhase& phase) {
  const AdaptedFrames& frames = phase.frames;
  const auto half = frames.begin() + static_cast<std::ptrdiff_t>(frames.size() / 2);
  AdaptationScore score;
  score.phase = phase.name;
  score.expected = phase.expected;
  score.frames = static_cast<int>(frames.size());
  score.right_plan = most_frequent_plan(half, frames.end());
  score.plan_changes_after = changes_of_plan(half, frames.end());
  const std::size_t found = found_at(frames, score.right_plan);
  if (found < frames.size()) {
    score.frames_to_right = static_cast<int>(found);
    score.time_to_right = frames[found].at;
  }
  const auto all = [](const AdaptedFrame&) { return true; };
  const auto free = [](const AdaptedFrame& frame) { return !frame.probe; };
  const auto in_time = [](const AdaptedFrame& frame) { return frame.in_time; };
  score.in_time_before = share_of(frames, 0, found, all, in_time);
  score.in_time_after = share_of(frames, found, frames.size(), all, in_time);
  score.right_after = share_of(frames, found, frames.size(), free, [&](const AdaptedFrame& frame) {
    return frame.plan == score.right_plan;
  });
  return score;
}

std::vector<OverheadScore> overheads_of(const std::vector<AdaptationPhase>& phases,
                                        const std::string& device) {
  std::vector<OverheadScore> scores;
  for (const bool on_edge : {false, true}) {
    std::vector<Duration> overheads;
    for (const AdaptationPhase& phase : phases) {
      for (const AdaptedFrame& frame : phase.frames) {
        const bool known = frame.overhead >= Duration::zero() && frame.on_edge == on_edge;
        if (known) overheads.push_back(frame.overhead);
      }
    }
    const std::string by = on_edge ? "the edge's answers, " : "the device alone, ";
    scores.push_back({by + device, static_cast<int>(overheads.size()), quantile_of(overheads, 0.5),
                      quantile_of(overheads, 0.95)});
  }
  return scores;
}

std::string adaptation_table(const std::vector<AdaptationScore>& scores,
                             const std::vector<OverheadScore>& overheads) {
  using apps::padded;
  using apps::show_duration;
  std::string text = padded("phase", 24) + padded("frames to", 11) + padded("time to", 10) +
                     padded("in time", 10) + padded("in time", 9) + padded("has it", 9) +
                     padded("changes", 9) + "right plan (the model's for the true link)\n" +
                     padded("", 24) + padded("right plan", 11) + padded("it", 10) +
                     padded("until it", 10) + padded("after", 9) + padded("after", 9) +
                     padded("of plan", 9) + "\n";
  for (const AdaptationScore& score : scores) {
    const bool found = score.frames_to_right >= 0;
    const bool waited = score.frames_to_right != 0;
    text += padded(score.phase, 24) +
            padded(found ? std::to_string(score.frames_to_right) : "never", 11) +
            padded(found ? show_duration(score.time_to_right) : "-", 10) +
            padded(waited ? percent(score.in_time_before) : "-", 10) +
            padded(found ? percent(score.in_time_after) : "-", 9) +
            padded(found ? percent(score.right_after) : "-", 9) +
            padded(std::to_string(score.plan_changes_after), 9) + score.right_plan;
    if (!score.expected.empty()) text += " (" + score.expected + ")";
    text += '\n';
  }
  text += "\nrequest path without compute and wire, per frame\n";
  for (const OverheadScore& overhead : overheads) {
    text += padded(overhead.frames, 36) + padded(std::to_string(overhead.count) + " frames", 14) +
            "median " + padded(show_duration(overhead.median), 10) + "p95 " +
            show_duration(overhead.p95) + '\n';
  }
  return text;
}

std::string adaptation_csv(const std::vector<AdaptationScore>& scores) {
  std::string text =
      "phase,frames,frames_to_right,time_to_right_ns,in_time_before,in_time_after,right_after,"
      "plan_changes_after,right_plan,expected_plan\n";
  for (const AdaptationScore& s : scores) {
    text +=
        fmt::format("\"{}\",{},{},{},{:.4f},{:.4f},{:.4f},{},\"{}\",\"{}\"\n", s.phase, s.frames,
                    s.frames_to_right, s.time_to_right.count(), s.in_time_before, s.in_time_after,
                    s.right_after, s.plan_changes_after, s.right_plan, s.expected);
  }
  return text;
}

std::string adaptation_frames_csv(const std::vector<AdaptationPhase>& phases) {
  std::string text =
      "phase,at_ns,plan,why,uplink_bps,probe,in_time,on_edge,latency_ns,overhead_ns\n";
  for (const AdaptationPhase& phase : phases) {
    for (const AdaptedFrame& f : phase.frames) {
      text += fmt::format("\"{}\",{},\"{}\",{},{:.0f},{:d},{:d},{:d},{},{}\n", phase.name,
                          f.at.count(), f.plan, f.why, f.uplink_bps, f.probe, f.in_time, f.on_edge,
                          f.latency.count(), f.overhead.count());
    }
  }
  return text;
}

std::string adaptation_json(const std::vector<AdaptationScore>& scores,
                            const std::vector<OverheadScore>& overheads) {
  nlohmann::ordered_json json = {{"schema", "branchline.adaptation/1"},
                                 {"phases", nlohmann::ordered_json::array()},
                                 {"overhead", nlohmann::ordered_json::array()}};
  for (const AdaptationScore& s : scores) {
    json["phases"].push_back({{"phase", s.phase},
                              {"frames", s.frames},
                              {"frames_to_right", s.frames_to_right},
                              {"time_to_right_ns", s.time_to_right.count()},
                              {"in_time_before", s.in_time_before},
                              {"in_time_after", s.in_time_after},
                              {"right_after", s.right_after},
                              {"plan_changes_after", s.plan_changes_after},
                              {"right_plan", s.right_plan},
                              {"expected_plan", s.expected}});
  }
  for (const OverheadScore& o : overheads) {
    json["overhead"].push_back({{"frames", o.frames},
                                {"count", o.count},
                                {"median_ns", o.median.count()},
                                {"p95_ns", o.p95.count()}});
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
