#include "apps/lab/sweep/sweep_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "apps/lab/machine_checks.h"
#include "apps/version_text.h"
#include "framework/profile/unit_timer.h"

namespace branchline::lab {
namespace {

using Json = nlohmann::ordered_json;

/// One line a link and network.
Json links_json(const std::vector<ResultRow>& rows) {
  Json links = Json::array();
  std::set<std::string> seen;
  for (const ResultRow& row : rows) {
    if (!seen.insert(row.model + " " + row.link).second) continue;
    links.push_back({{"model", row.model},
                     {"link", row.link},
                     {"uplink_mbps", row.uplink_mbps},
                     {"goodput_mbps", row.goodput_mbps ? Json(*row.goodput_mbps) : Json()},
                     {"delay_ms", row.delay_ms}});
  }
  return links;
}

Json networks_json(const std::vector<SweptNetwork>& networks) {
  Json list = Json::array();
  for (const SweptNetwork& network : networks) {
    list.push_back({{"name", network.name},
                    {"digest", network.digest},
                    {"data_set", network.data_set},
                    {"slowdown", network.slowdown},
                    {"measured_slowdown", network.measured_slowdown}});
  }
  return list;
}

Json verdict_json(const SweepVerdict& verdict, bool checks) {
  Json list = Json::array();
  for (const CheckOutcome& check : verdict.checks) {
    if (!checks) break;
    list.push_back({{"id", check.id},
                    {"check", check.text},
                    {"compared", check.compared},
                    {"holds", check.holds()},
                    {"misses", check.misses}});
  }
  for (const GoalOutcome& goal : verdict.goals) {
    if (checks) break;
    list.push_back({{"goal", goal.text}, {"met", goal.misses.empty()}, {"misses", goal.misses}});
  }
  return list;
}

std::string misses_text(const std::vector<std::string>& misses) {
  constexpr std::size_t kMostShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(misses.size(), kMostShown); ++i) {
    text += "      " + misses[i] + "\n";
  }
  if (misses.size() > kMostShown) {
    text += fmt::format("      and {} more (results.json)\n", misses.size() - kMostShown);
  }
  return text;
}

}  // namespace

const char* const kDeviceEmulation =
    "the device sleeps after each slice until it took slowdown times what it takes in a row, and "
    "after each encoding (slowdown - 1) times what that took";
const char* const kLinkEmulation =
    "a user-space proxy lets each byte through in its time at the rate, without bursts, and adds "
    "the delay each way";

bool SweepVerdict::good() const {
  return std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.holds(); }) &&
         std::all_of(goals.begin(), goals.end(), [](const auto& g) { return g.misses.empty(); });
}

SweepVerdict judge(const Experiment& experiment, const std::vector<RowGoal>& goals,
                   const std::vector<ResultRow>& rows) {
  SweepVerdict verdict;
  for (const RowCheck& check : experiment.checks) verdict.checks.push_back(evaluate(check, rows));
  for (const RowGoal& goal : goals) verdict.goals.push_back({goal.text, missed_by(goal, rows)});
  return verdict;
}

std::string summary_json(const Experiment& experiment, const Sweep& sweep,
                         const SweepVerdict& verdict) {
  const PredictionError& error = sweep.prediction;
  const Json summary = {
      {"schema", "branchline.lab/1"},
      {"title", experiment.title},
      {"complete", sweep.complete},
      {"emulation", {{"device", kDeviceEmulation}, {"link", kLinkEmulation}}},
      {"networks", networks_json(sweep.networks)},
      {"links", links_json(sweep.rows)},
      {"rows", sweep.rows.size()},
      {"plans_measured", sweep.plans},
      {"samples", sweep.samples},
      {"prediction",
       {{"plans", error.plans}, {"median_error", error.median}, {"p90_error", error.p90}}},
      {"checks", verdict_json(verdict, true)},
      {"required", verdict_json(verdict, false)}};
  return summary.dump(2) + "\n";
}

std::string summary_text(const Sweep& sweep, const SweepVerdict& verdict) {
  std::string text;
  for (const SweptNetwork& network : sweep.networks) {
    text +=
        fmt::format("{}: device {:.3g} times slower than this machine (measured {:.3g}), {}\n",
                    network.name, network.slowdown, network.measured_slowdown, network.data_set);
  }
  text += fmt::format("{} rows from {} plans and {} samples\n", sweep.rows.size(), sweep.plans,
                      sweep.samples);
  text += fmt::format(
      "predicted against measured, {} plans: off by {:.1f} % (median), {:.1f} % (p90)\n",
      sweep.prediction.plans, 100 * sweep.prediction.median, 100 * sweep.prediction.p90);
  for (const CheckOutcome& check : verdict.checks) {
    text += fmt::format("{:<5} {} ({} compared)\n", check.holds() ? "ok" : "FAILS", check.text,
                        check.compared) +
            misses_text(check.misses);
  }
  for (const GoalOutcome& goal : verdict.goals) {
    text += fmt::format("{:<5} --require {}\n", goal.misses.empty() ? "ok" : "MISS", goal.text) +
            misses_text(goal.misses);
  }
  return text;
}

std::string machine_json() {
  const apps::BuildFacts facts = apps::build_facts();
  const std::time_t now = std::time(nullptr);
  std::tm date{};
  gmtime_r(&now, &date);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date);
  const Json machine = {{"schema", "branchline.lab_machine/1"},
                        {"date", text},
                        {"machine", profile::local_key({}).machine},
                        {"cores", std::thread::hardware_concurrency()},
                        {"version", facts.version},
                        {"commit", facts.commit},
                        {"compiler", facts.compiler},
                        {"libtorch", facts.libtorch},
                        {"emulation", {{"device", kDeviceEmulation}, {"link", kLinkEmulation}}},
                        {"checks", Json::parse(to_json(check_machine()))["checks"]}};
  return machine.dump(2) + "\n";
}

}  // namespace branchline::lab
