#include "apps/lab/experiments/traces/trace_score.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr int kReplicates = 2000;

/// Of some frames.
struct Tally {
  double frames = 0, hits = 0, right = 0;

  void operator+=(const Tally& other) {
    frames += other.frames;
    hits += other.hits;
    right += other.right;
  }
  double hit_rate() const { return hits / frames; }
  double accuracy() const { return hits > 0 ? right / hits : 0; }
  double right_in_time() const { return right / frames; }
};

/// By the frame a block begins at; blocks run over the end to the beginning, so that every frame is
/// in as many.
std::vector<Tally> blocks_of(const std::vector<TraceFrame>& frames, std::size_t block) {
  std::vector<Tally> blocks(frames.size());
  for (std::size_t first = 0; first < frames.size(); ++first) {
    for (std::size_t i = 0; i < block; ++i) {
      const TraceFrame& frame = frames[(first + i) % frames.size()];
      blocks[first] += {1, frame.in_time ? 1.0 : 0.0, frame.right ? 1.0 : 0.0};
    }
  }
  return blocks;
}

std::vector<std::vector<std::size_t>> draw_blocks(std::size_t frames, std::size_t block) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::size_t> any(0, frames - 1);
  std::vector<std::vector<std::size_t>> draws(kReplicates);
  for (auto& draw : draws) {
    for (std::size_t covered = 0; covered < frames; covered += block) draw.push_back(any(random));
  }
  return draws;
}

Interval interval_of(double value, std::vector<double> replicates) {
  std::sort(replicates.begin(), replicates.end());
  const auto at = [&](double share) {
    return replicates[static_cast<std::size_t>(
        std::lround(share * static_cast<double>(replicates.size() - 1)))];
  };
  return {value, at(0.025), at(0.975)};
}

Tally tally_of(const std::vector<TraceFrame>& frames) {
  Tally tally;
  for (const TraceFrame& frame : frames) {
    tally += {1, frame.in_time ? 1.0 : 0.0, frame.right ? 1.0 : 0.0};
  }
  return tally;
}

std::vector<Tally> replicates_of(const std::vector<TraceFrame>& frames, std::size_t block,
                                 const std::vector<std::vector<std::size_t>>& draws) {
  const std::vector<Tally> blocks = blocks_of(frames, block);
  std::vector<Tally> replicates;
  for (const auto& draw : draws) {
    Tally tally;
    for (const std::size_t first : draw) tally += blocks[first];
    replicates.push_back(tally);
  }
  return replicates;
}

template <typename Figure>
Interval figure_of(const Tally& all, const std::vector<Tally>& replicates, Figure figure) {
  std::vector<double> values;
  values.reserve(replicates.size());
  for (const Tally& tally : replicates) values.push_back(figure(tally));
  return interval_of(figure(all), std::move(values));
}

double answered_at(const std::vector<TraceFrame>& frames, Place place) {
  const auto there = std::count_if(frames.begin(), frames.end(), [place](const TraceFrame& frame) {
    return frame.in_time && frame.place == place;
  });
  return static_cast<double>(there) / static_cast<double>(frames.size());
}

void add_steadiness(const std::vector<TraceFrame>& frames, TraceScore& score) {
  std::size_t unanswered = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    score.worst = std::max(score.worst, frames[i].latency);
    if (frames[i].latency == Duration::zero()) ++unanswered;
    if (i == 0) continue;
    const TraceFrame& before = frames[i - 1];
    if (frames[i].planned_exit != before.planned_exit ||
        frames[i].planned_place != before.planned_place) {
      ++score.switches;
    }
  }
  score.unanswered = static_cast<double>(unanswered) / static_cast<double>(frames.size());
}

}  // namespace

std::vector<TraceScore> score_plays(const std::vector<TracePlay>& plays, std::size_t block) {
  BL_EXPECT(!plays.empty() && !plays.front().frames.empty() && block > 0, "nothing to score");
  const std::size_t frames = plays.front().frames.size();
  const auto draws = draw_blocks(frames, block);
  const Tally reference = tally_of(plays.front().frames);
  const std::vector<Tally> of_reference = replicates_of(plays.front().frames, block, draws);
  std::vector<TraceScore> scores;
  for (const TracePlay& play : plays) {
    BL_EXPECT(play.frames.size() == frames, "methods are compared on the same frames");
    const Tally all = tally_of(play.frames);
    const std::vector<Tally> replicates = replicates_of(play.frames, block, draws);
    std::vector<double> over;
    for (std::size_t i = 0; i < replicates.size(); ++i) {
      over.push_back(replicates[i].right_in_time() - of_reference[i].right_in_time());
    }
    TraceScore score;
    score.method = play.method;
    score.frames = frames;
    score.hit_rate = figure_of(all, replicates, [](const Tally& t) { return t.hit_rate(); });
    score.accuracy = figure_of(all, replicates, [](const Tally& t) { return t.accuracy(); });
    score.right_in_time =
        figure_of(all, replicates, [](const Tally& t) { return t.right_in_time(); });
    score.over_reference =
        interval_of(all.right_in_time() - reference.right_in_time(), std::move(over));
    add_steadiness(play.frames, score);
    score.on_device = answered_at(play.frames, Place::device);
    score.split = answered_at(play.frames, Place::split);
    score.on_edge = answered_at(play.frames, Place::edge);
    scores.push_back(std::move(score));
  }
  return scores;
}

}  // namespace branchline::lab
