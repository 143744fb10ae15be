#include "apps/lab/sweep/sweep_scores.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

#include "apps/lab/sweep/planning_graphs.h"
#include "apps/lab/sweep/sample_statistics.h"

namespace branchline::lab {
namespace {

const char* name_of_place(Place place) {
  return place == Place::device ? "device" : place == Place::edge ? "edge" : "split";
}

double median_ms(const std::vector<PlanSample>& samples, Duration PlanSample::*part) {
  std::vector<double> times;
  for (const PlanSample& sample : samples) times.push_back(to_ms(sample.*part));
  return times.empty() ? 0 : median_of(std::move(times)).value;
}

double mean_bytes(const std::vector<PlanSample>& samples, std::uint64_t PlanSample::*bytes) {
  double sum = 0;
  for (const PlanSample& sample : samples) sum += static_cast<double>(sample.*bytes);
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

MeasuredTimes times_of(const std::vector<PlanSample>& samples) {
  std::vector<double> totals;
  std::vector<PlanSample> ended;
  for (const PlanSample& sample : samples) {
    totals.push_back(to_ms(sample.total));
    if (!sample.given_up) ended.push_back(sample);
  }
  const Estimate median = median_of(totals);
  MeasuredTimes times;
  times.median = {median.value, median_ms(ended, &PlanSample::device),
                  median_ms(ended, &PlanSample::uplink), median_ms(ended, &PlanSample::edge),
                  median_ms(ended, &PlanSample::downlink)};
  times.low = median.low;
  times.high = median.high;
  times.p90 = percentile_of(totals, 0.9);
  times.bytes_up = mean_bytes(ended, &PlanSample::bytes_up);
  times.bytes_down = mean_bytes(ended, &PlanSample::bytes_down);
  return times;
}

bool is_hit(const PlanSample& sample, const ResultRow& row) {
  return !sample.given_up && to_ms(sample.total) <= row.deadline_ms;
}

/// Of equally frequent ones the first in alphabetical order.
template <typename TextOf>
std::string most_frequent(const std::vector<PlanSample>& samples, const TextOf& text_of) {
  std::map<std::string, int> counts;
  for (const PlanSample& sample : samples) ++counts[text_of(sample)];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

/// What the optimum of the same means is called.
std::string optimum_for(const std::string& method) {
  const bool codecs = method.ends_with("+codecs") || method == "branchline-uninsured";
  return codecs ? "exact2+codecs" : "exact2";
}

}  // namespace

void add_plan(const MethodPlan& plan, ResultRow& row) {
  row.exit = plan.plan.exit + 1;
  row.place = name_of_place(plan.runnable.place);
  row.codec = plan.codec;
  const planner::Breakdown& parts = plan.plan.breakdown;
  row.predicted = TimeParts{to_ms(plan.plan.predicted), to_ms(parts.device), to_ms(parts.uplink),
                            to_ms(parts.edge), to_ms(parts.downlink)};
  row.simulated_ms = to_ms(plan.simulated);
  if (plan.longest_stage > Duration::zero()) row.predicted_fps = 1e3 / to_ms(plan.longest_stage);
  row.device_units = static_cast<int>(unit_count(planner::units_on(plan.plan, Tier::device)) -
                                      1);  // the input is no work
  if (plan.runnable.remote) row.cut = plan.runnable.remote->sent.back().unit;
  row.accuracy = plan.accuracy;
}

void add_measured(const std::vector<PlanSample>& samples, ResultRow& row) {
  row.samples = samples.size();
  if (samples.empty()) return;
  row.measured = times_of(samples);
  const auto hits = std::count_if(samples.begin(), samples.end(),
                                  [&](const PlanSample& sample) { return is_hit(sample, row); });
  const Estimate rate = share_of(static_cast<std::size_t>(hits), samples.size());
  row.hit_rate = rate.value;
  row.hit_low = rate.low;
  row.hit_high = rate.high;
  if (row.accuracy) row.delivered_accuracy = *row.accuracy * rate.value;
}

void add_frames(const std::vector<PlanSample>& samples, ResultRow& row) {
  add_measured(samples, row);
  if (samples.empty()) return;
  row.exit = std::stoi(most_frequent(samples, [](const PlanSample& sample) {
    return std::to_string(sample.answer.value().exit);
  }));
  std::vector<PlanSample> alike;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(alike),
               [&](const PlanSample& sample) { return sample.answer->exit == row.exit; });
  row.place = most_frequent(alike, [](const PlanSample& sample) { return sample.answer->place; });
  row.codec = most_frequent(alike, [](const PlanSample& sample) { return sample.answer->codec; });
  double sum = 0, in_time = 0;
  for (const PlanSample& sample : samples) {
    if (!sample.answer->accuracy) return;
    sum += *sample.answer->accuracy;
    if (is_hit(sample, row)) in_time += *sample.answer->accuracy;
  }
  row.accuracy = sum / static_cast<double>(samples.size());
  row.delivered_accuracy = in_time / static_cast<double>(samples.size());
}

void add_ratios(std::vector<ResultRow>& rows) {
  const auto key = [](const ResultRow& row, const std::string& method) {
    return std::tuple(row.model, row.link, row.deadline_ms, row.exit, method);
  };
  std::map<decltype(key({}, {})), double> optimum;
  for (const ResultRow& row : rows) {
    if (row.predicted) optimum[key(row, row.method)] = row.predicted->total;
  }
  for (ResultRow& row : rows) {
    const auto found = optimum.find(key(row, optimum_for(row.method)));
    if (!row.predicted || found == optimum.end()) continue;
    row.ratio_to_optimum = row.predicted->total / found->second;
  }
}

std::optional<double> goodput_mbps(const std::vector<PlanSample>& samples, Duration delay) {
  double bits = 0, seconds = 0;
  for (const PlanSample& sample : samples) {
    if (sample.given_up || sample.uplink <= delay) continue;
    bits += 8 * static_cast<double>(sample.bytes_up);
    seconds += std::chrono::duration<double>(sample.uplink - delay).count();
  }
  if (seconds <= 0) return std::nullopt;
  return bits / seconds / 1e6;
}

PredictionError prediction_error(std::vector<double> errors) {
  PredictionError error;
  error.plans = errors.size();
  if (errors.empty()) return error;
  for (double& one : errors) one = std::abs(one);
  error.median = median_of(errors).value;
  error.p90 = percentile_of(errors, 0.9);
  return error;
}

}  // namespace branchline::lab
