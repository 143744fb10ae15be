#include "branchy_models/entropy_thresholds.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr int kThresholdSteps = 100;

double entropy_of(const float* logits, std::int64_t classes) {
  const double largest = *std::max_element(logits, logits + classes);
  double sum = 0;
  double weighted = 0;
  for (std::int64_t i = 0; i < classes; ++i) {
    const double shifted = logits[i] - largest;
    sum += std::exp(shifted);
    weighted += std::exp(shifted) * shifted;
  }
  return std::max(0.0, std::log(sum) - weighted / sum);
}

/// Entropies and right answers of every exit, so that a sweep needs no softmax.
struct JudgedOutputs {
  std::vector<std::vector<double>> entropy;  ///< per exit, per image
  std::vector<std::vector<bool>> is_right;
  std::int64_t images = 0;
};

JudgedOutputs judge(const ExitOutputs& outputs) {
  JudgedOutputs judged;
  judged.images = outputs.images;
  for (std::size_t exit = 0; exit < outputs.exits(); ++exit) {
    judged.entropy.push_back(entropies_at(outputs, exit));
    std::vector<bool>& right = judged.is_right.emplace_back();
    for (std::int64_t i = 0; i < outputs.images; ++i) {
      const float* row = outputs.logits[exit].data() + i * outputs.classes;
      const auto best = std::max_element(row, row + outputs.classes) - row;
      right.push_back(best == outputs.labels[static_cast<std::size_t>(i)]);
    }
  }
  return judged;
}

EarlyLeaving leave_judged(const JudgedOutputs& judged, const std::vector<double>& thresholds) {
  std::vector<std::int64_t> left(judged.entropy.size());
  std::int64_t right = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(judged.images); ++i) {
    std::size_t exit = 0;
    while (exit < thresholds.size() && !(judged.entropy[exit][i] < thresholds[exit])) ++exit;
    ++left[exit];
    if (judged.is_right[exit][i]) ++right;
  }
  EarlyLeaving result;
  const auto images = static_cast<double>(judged.images);
  result.accuracy = static_cast<double>(right) / images;
  for (const std::int64_t count : left) {
    result.shares.push_back(static_cast<double>(count) / images);
  }
  return result;
}

/// Steps are finer near zero, where confident images lie.
double threshold_step(int step, std::int64_t classes) {
  const double share = static_cast<double>(step) / kThresholdSteps;
  return std::log(static_cast<double>(classes)) * share * share;
}

}  // namespace

std::vector<double> entropies_at(const ExitOutputs& outputs, std::size_t exit) {
  std::vector<double> entropies;
  for (std::int64_t i = 0; i < outputs.images; ++i) {
    entropies.push_back(
        entropy_of(outputs.logits[exit].data() + i * outputs.classes, outputs.classes));
  }
  return entropies;
}

EarlyLeaving leave_early(const ExitOutputs& outputs, const std::vector<double>& thresholds) {
  BL_EXPECT(outputs.images > 0, "no images to leave");
  BL_EXPECT(thresholds.size() + 1 == outputs.exits(), "one threshold per exit but the last");
  return leave_judged(judge(outputs), thresholds);
}

std::vector<double> choose_thresholds(const ExitOutputs& outputs, double allowed_loss) {
  BL_EXPECT(outputs.images > 0 && outputs.exits() > 0, "no outputs to choose thresholds from");
  const JudgedOutputs judged = judge(outputs);
  std::vector<double> chosen(outputs.exits() - 1, 0.0);
  const double floor = leave_judged(judged, chosen).accuracy - allowed_loss;
  const auto holds = [&](const std::vector<double>& thresholds) {
    return leave_judged(judged, thresholds).accuracy >= floor;
  };
  for (int step = kThresholdSteps; step > 0; --step) {
    const std::vector<double> common(chosen.size(), threshold_step(step, outputs.classes));
    if (!holds(common)) continue;
    chosen = common;
    break;
  }
  for (double& threshold : chosen) {
    for (int step = kThresholdSteps; step > 0; --step) {
      const double before = threshold;
      threshold = threshold_step(step, outputs.classes);
      if (threshold <= before || holds(chosen)) {
        threshold = std::max(threshold, before);
        break;
      }
      threshold = before;
    }
  }
  return chosen;
}

ExitOutputs every_second(const ExitOutputs& outputs, bool odd) {
  ExitOutputs half;
  half.classes = outputs.classes;
  half.logits.resize(outputs.exits());
  for (std::int64_t i = odd ? 1 : 0; i < outputs.images; i += 2) {
    ++half.images;
    half.labels.push_back(outputs.labels[static_cast<std::size_t>(i)]);
    for (std::size_t exit = 0; exit < outputs.exits(); ++exit) {
      const auto row = outputs.logits[exit].begin() + i * outputs.classes;
      half.logits[exit].insert(half.logits[exit].end(), row, row + outputs.classes);
    }
  }
  return half;
}

}  // namespace branchline::branchy_models
