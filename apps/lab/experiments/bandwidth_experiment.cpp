#include "apps/lab/experiments/bandwidth_experiment.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/branchline/flags.h"
#include "framework/base/error.h"
#include "framework/planner/adaptation/change_point.h"
#include "framework/planner/adaptation/configuration_map.h"
#include "framework/planner/adaptation/cusum.h"
#include "framework/planner/algorithms/edgent.h"

namespace branchline::lab {
namespace {

using planner::ConfigurationMap;
using planner::ConfigurationRule;
using planner::ExactConfigurations;
using planner::Nanoseconds;

/// A plan as far as a replay needs it: latency = fixed + bytes up / goodput.
struct ReplayPlan {
  int exit = 0;
  Nanoseconds fixed{0};
  std::int64_t uplink_bytes = 0;

  friend bool operator==(const ReplayPlan&, const ReplayPlan&) = default;

  bool in_time(double goodput_bytes_per_s, Nanoseconds deadline) const {
    if (uplink_bytes == 0) return fixed <= deadline;
    return goodput_bytes_per_s > 0 &&
           static_cast<double>(fixed.count()) +
                   static_cast<double>(uplink_bytes) * 1e9 / goodput_bytes_per_s <=
               static_cast<double>(deadline.count());
  }
};

/// By goodput; a dead link (0) is asked about as the slowest one there is.
using Chooser = std::function<ReplayPlan(double goodput_bytes_per_s)>;
/// Takes the sample just seen and says what goodput to plan the next request for.
using Forecast = std::function<double(double goodput_bytes_per_s)>;

constexpr double kDeadLink = 1e-3;  // bytes/s

Chooser by_envelopes(const ExactConfigurations& exact) {
  return [&exact](double goodput) {
    const auto choice = exact.look_up(std::max(goodput, kDeadLink));
    BL_EXPECT(choice.has_value(), "no exit can run");
    const planner::EnvelopePlan& plan =
        exact.exits[static_cast<std::size_t>(choice->exit)].plans[choice->plan];
    return ReplayPlan{choice->exit, plan.fixed, plan.uplink_bytes};
  };
}

Chooser by_map(const ConfigurationMap& map) {
  return [&map](double goodput) {
    const auto place = map.look_up(std::max(goodput, kDeadLink));
    BL_EXPECT(place.has_value(), "the map is empty");
    const ConfigurationMap::Entry& entry = map.entries[*place];
    const Nanoseconds crossing(static_cast<std::int64_t>(
        static_cast<double>(entry.plan.uplink_bytes) * 1e9 / entry.uplink_bytes_per_s));
    return ReplayPlan{entry.plan.exit, entry.plan.predicted - crossing, entry.plan.uplink_bytes};
  };
}

class Replay {
 public:
  Replay(const planner::PlanRequest& request, const std::vector<double>& goodputs)
      : request_(request), goodputs_(goodputs) {}

  BandwidthRow run(const std::string& method, const Chooser& choose,
                   const Forecast& forecast) const {
    BandwidthRow row;
    row.method = method;
    std::optional<ReplayPlan> in_force;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t at = 1; at < goodputs_.size(); ++at) {
      const ReplayPlan plan = choose(forecast(goodputs_[at - 1]));
      count(plan, goodputs_[at], row);
      row.plan_changes += in_force && *in_force != plan ? 1 : 0;
      in_force = plan;
    }
    const Nanoseconds took = std::chrono::steady_clock::now() - start;
    row.mean_decision = took / std::max(1, row.requests);
    row.expected_accuracy /= std::max(1, row.requests);
    return row;
  }

  /// Knows each sample before it comes.
  BandwidthRow run_clairvoyant(const std::string& method, const Chooser& choose) const {
    std::size_t next = 0;
    return run(method, choose, [this, next](double) mutable { return goodputs_[++next]; });
  }

 private:
  void count(const ReplayPlan& plan, double goodput, BandwidthRow& row) const {
    ++row.requests;
    if (!plan.in_time(goodput, *request_.deadline)) return;
    ++row.in_time;
    row.expected_accuracy +=
        request_.graph.exits[static_cast<std::size_t>(plan.exit)].accuracy.value_or(0);
  }

  const planner::PlanRequest& request_;
  const std::vector<double>& goodputs_;
};

template <typename Detector>
Forecast level_of(Detector detector) {
  return [detector](double goodput) mutable {
    detector.add(goodput);
    return detector.level().value_or(goodput);
  };
}

}  // namespace

std::vector<BandwidthRow> run_bandwidth_experiment(const planner::PlanRequest& request,
                                                   const std::vector<double>& goodputs_bytes_per_s,
                                                   std::size_t states) {
  std::vector<double> alive;
  double log_sum = 0;
  for (const double goodput : goodputs_bytes_per_s) {
    if (!(goodput > 0)) continue;
    alive.push_back(goodput);
    log_sum += std::log(goodput);
  }
  if (alive.size() < 2) {
    throw InputError("it has less than two samples above 0", "trace", "give a longer one");
  }
  const double mean = std::exp(log_sum / static_cast<double>(alive.size()));
  const auto edgent = planner::make_edgent();
  const std::vector<double> levels = planner::bandwidth_states(alive, states);
  const auto by_reward =
      planner::configuration_map(*edgent, request, levels, ConfigurationRule::reward);
  const auto by_depth =
      planner::configuration_map(*edgent, request, levels, ConfigurationRule::deepest_in_time);
  const ExactConfigurations exact = planner::exact_configurations(request);
  const Replay replay(request, goodputs_bytes_per_s);
  const planner::ChangePointDetector bayes;
  const auto last = [](double goodput) { return goodput; };
  return {
      replay.run("fixed plan for the mean", by_envelopes(exact), [mean](double) { return mean; }),
      replay.run("edgent map, reward, bayes", by_map(by_reward), level_of(bayes)),
      replay.run("edgent map, depth, bayes", by_map(by_depth), level_of(bayes)),
      replay.run("envelopes, bayes", by_envelopes(exact), level_of(bayes)),
      replay.run("envelopes, cusum", by_envelopes(exact), level_of(planner::CusumDetector())),
      replay.run("envelopes, last sample", by_envelopes(exact), last),
      replay.run_clairvoyant("envelopes, clairvoyant", by_envelopes(exact))};
}

std::string bandwidth_table(const std::vector<BandwidthRow>& rows) {
  using apps::padded;
  std::string text = padded("method", 28) + padded("requests", 10) + padded("in time", 10) +
                     padded("accuracy", 10) + padded("plan changes", 14) + "decision (mean)\n";
  for (const BandwidthRow& row : rows) {
    const double share = static_cast<double>(row.in_time) / std::max(1, row.requests);
    text += padded(row.method, 28) + padded(std::to_string(row.requests), 10) +
            padded(fmt::format("{:.1f} %", 100 * share), 10) +
            padded(fmt::format("{:.1f} %", 100 * row.expected_accuracy), 10) +
            padded(std::to_string(row.plan_changes), 14) + apps::show_duration(row.mean_decision) +
            '\n';
  }
  return text;
}

std::string bandwidth_json(const std::vector<BandwidthRow>& rows) {
  nlohmann::ordered_json json = {{"schema", "branchline.bandwidth_experiment/1"},
                                 {"rows", nlohmann::ordered_json::array()}};
  for (const BandwidthRow& row : rows) {
    json["rows"].push_back({{"method", row.method},
                            {"requests", row.requests},
                            {"in_time", row.in_time},
                            {"expected_accuracy", row.expected_accuracy},
                            {"plan_changes", row.plan_changes},
                            {"decision_ns", row.mean_decision.count()}});
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
