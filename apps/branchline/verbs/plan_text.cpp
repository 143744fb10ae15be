#include "apps/branchline/verbs/plan_text.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/branchline/flags.h"

namespace branchline::apps {
namespace {

using nlohmann::ordered_json;
using planner::Bottleneck;
using planner::Breakdown;
using planner::HelpfulChange;
using planner::Knob;
using planner::Nanoseconds;
using planner::Plan;
using planner::PlanRequest;

const char* name_of_part(Bottleneck part) {
  switch (part) {
    case Bottleneck::device:
      return "device";
    case Bottleneck::link:
      return "link";
    case Bottleneck::edge:
      return "edge";
    case Bottleneck::link2:
      return "link2";
    case Bottleneck::cloud:
      return "cloud";
    case Bottleneck::direct_link:
      return "direct link";
  }
  return "";
}

/// How people are told of a knob, and its name in JSON.
struct KnobName {
  const char* json;
  const char* sentence;
};

KnobName name_of_knob(Knob knob) {
  switch (knob) {
    case Knob::goodput:
      return {"goodput", "a link with more goodput"};
    case Knob::round_trip:
      return {"round_trip", "a shorter round trip"};
    case Knob::device_speed:
      return {"device_speed", "a faster device"};
    case Knob::edge_speed:
      return {"edge_speed", "a faster edge"};
  }
  return {"", ""};
}

/// "device", "split", "edge", …: the tiers that compute anything besides the input.
std::string place_of_plan(const Plan& plan) {
  std::vector<std::string> tiers;
  for (const Tier tier : {Tier::device, Tier::edge, Tier::cloud}) {
    const UnitRanges units = planner::units_on(plan, tier);
    const bool computes = unit_count(units) > (tier == Tier::device ? 1 : 0);
    if (computes) tiers.emplace_back(branchline::name_of(tier));
  }
  if (tiers.size() > 1) return "split";
  return tiers.empty() ? "device" : tiers.front();
}

std::string whole_percent(double share) {
  return std::to_string(static_cast<int>(std::lround(share * 100))) + " %";
}

void add_row(std::ostringstream& text, const char* part, Nanoseconds time,
             const std::string& what) {
  if (time.count() == 0 && what.empty()) return;
  text << "  " << padded(part, 11) << padded(show_duration(time), 10) << what << '\n';
}

std::string units_text(const Plan& plan, Tier tier) {
  const UnitRanges units = planner::units_on(plan, tier);
  return units.empty() ? "" : "units " + to_string(units);
}

std::string traffic_text(std::int64_t bytes) { return bytes == 0 ? "" : show_bytes(bytes); }

/// "3 as fp16, 5 as int8; costs 0.4 % accuracy".
std::string codecs_text(const Plan& plan) {
  std::ostringstream text;
  for (const planner::CrossingCodec& crossing : plan.codecs) {
    text << (text.tellp() > 0 ? ", " : "") << "unit " << crossing.unit << " as " << crossing.codec
         << (crossing.link == 2 ? " to the cloud" : "");
  }
  if (plan.accuracy_loss > 0) {
    text << "; costs " << std::setprecision(2) << plan.accuracy_loss * 100 << " % accuracy";
  }
  return text.str();
}

/// Units in the order they run, runs of consecutive ids as "3-7".
std::string order_text(const std::vector<std::int32_t>& order) {
  std::string text;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && order[last + 1] == order[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(order[first]);
    if (last > first) text += "-" + std::to_string(order[last]);
    first = last + 1;
  }
  return text;
}

std::string change_sentence(const HelpfulChange& change) {
  std::ostringstream text;
  text << padded(name_of_knob(change.knob).sentence, 26) << "x "
       << padded(
              [&change] {
                std::ostringstream factor;
                factor << std::setprecision(change.factor < 10 ? 3 : 4) << change.factor;
                return factor.str();
              }(),
              8)
       << "gives exit " << change.plan.exit + 1 << ", " << place_of_plan(change.plan) << ", in "
       << show_duration(change.plan.predicted);
  return text.str();
}

/// The least time in which exit `exit`, or with `deeper_too` one behind it, can be had.
std::optional<Nanoseconds> soonest_from(const PlanExplanation& explanation, int exit,
                                        bool deeper_too) {
  std::optional<Nanoseconds> soonest;
  for (std::size_t place = static_cast<std::size_t>(exit); place < explanation.best_of_exit.size();
       ++place) {
    const std::optional<Plan>& plan = explanation.best_of_exit[place];
    if (plan && (!soonest || plan->predicted < *soonest)) soonest = plan->predicted;
    if (!deeper_too) break;
  }
  return soonest;
}

ordered_json best_of_exit_to_json(const PlanExplanation& explanation) {
  ordered_json exits = ordered_json::array();
  for (std::size_t exit = 0; exit < explanation.best_of_exit.size(); ++exit) {
    const std::optional<Plan>& plan = explanation.best_of_exit[exit];
    ordered_json entry = {{"exit", exit + 1}, {"predicted_ns", nullptr}};
    if (plan) {
      const planner::DominantPart part = planner::dominant_part(*plan);
      entry["predicted_ns"] = plan->predicted.count();
      entry["place"] = place_of_plan(*plan);
      entry["feasible"] = plan->feasible;
      entry["dominant"] = name_of_part(part.part);
      entry["share"] = part.share;
    }
    exits.push_back(entry);
  }
  return exits;
}

}  // namespace

PlanExplanation explain(const planner::Planner& planner, const PlanRequest& request,
                        const Plan& plan) {
  PlanExplanation explanation;
  for (int exit = 0; exit < request.graph.exit_count(); ++exit) {
    PlanRequest one = request;
    one.exit = exit;
    explanation.best_of_exit.push_back(planner.plan(one));
  }
  explanation.goal = planner::next_goal(request, plan);
  if (explanation.goal) {
    explanation.changes = planner::changes_that_help(planner, request, *explanation.goal);
  }
  return explanation;
}

std::string plan_text(const PlanRequest& request, const Plan& plan, const std::string& algorithm,
                      Nanoseconds solver_time) {
  std::ostringstream text;
  text << "exit " << plan.exit + 1 << " of " << request.graph.exit_count() << ", "
       << place_of_plan(plan) << ", predicted " << show_duration(plan.predicted);
  if (request.deadline) {
    text << (plan.feasible ? ", meets" : ", MISSES") << " the deadline of "
         << show_duration(*request.deadline);
  }
  const Breakdown& part = plan.breakdown;
  text << '\n';
  add_row(text, "device", part.device, units_text(plan, Tier::device));
  add_row(text, "uplink", part.uplink, traffic_text(plan.uplink_bytes));
  add_row(text, "edge", part.edge, units_text(plan, Tier::edge));
  add_row(text, "uplink2", part.uplink2, traffic_text(plan.uplink2_bytes));
  add_row(text, "direct out", part.direct_uplink, traffic_text(plan.direct_uplink_bytes));
  add_row(text, "cloud", part.cloud, units_text(plan, Tier::cloud));
  add_row(text, "direct in", part.direct_downlink, traffic_text(plan.direct_downlink_bytes));
  add_row(text, "downlink2", part.downlink2, traffic_text(plan.downlink2_bytes));
  add_row(text, "downlink", part.downlink, traffic_text(plan.downlink_bytes));
  if (!plan.codecs.empty()) text << "  " << padded("codecs", 11) << codecs_text(plan) << '\n';
  if (!plan.order.empty()) {
    text << "  " << padded("order", 11) << order_text(plan.order)
         << ": outputs go while the next unit computes, so the parts overlap\n";
  }
  text << "solved by " << algorithm << " in " << show_duration(solver_time) << '\n';
  return text.str();
}

std::string explanation_text(const PlanRequest& request, const PlanExplanation& explanation) {
  std::ostringstream text;
  text << "\nwhat binds\n  " << padded("exit", 6) << padded("accuracy", 10) << padded("place", 8)
       << padded("time", 10) << padded("in time", 9) << "most of it\n";
  for (std::size_t exit = 0; exit < explanation.best_of_exit.size(); ++exit) {
    const std::optional<double>& accuracy = request.graph.exits[exit].accuracy;
    text << "  " << padded(std::to_string(exit + 1), 6)
         << padded(accuracy ? whole_percent(*accuracy) : "-", 10);
    const std::optional<Plan>& plan = explanation.best_of_exit[exit];
    if (!plan) {
      text << "no tier can run it\n";
      continue;
    }
    const planner::DominantPart part = planner::dominant_part(*plan);
    text << padded(place_of_plan(*plan), 8) << padded(show_duration(plan->predicted), 10)
         << padded(!request.deadline ? "-"
                   : plan->feasible  ? "yes"
                                     : "no",
                   9)
         << name_of_part(part.part) << " (" << whole_percent(part.share) << ")\n";
  }
  if (!explanation.goal) {
    text << "\nnothing deeper is left to reach: the deadline could be earlier\n";
    return text.str();
  }
  const int goal_exit = explanation.goal->exit;
  const bool deeper_too = goal_exit + 1 < request.graph.exit_count() && !request.exit;
  text << "\nto reach exit " << goal_exit + 1 << (deeper_too ? " or a deeper one" : "") << " in "
       << show_duration(explanation.goal->within) << ", any one of\n";
  for (const HelpfulChange& change : explanation.changes) {
    text << "  " << change_sentence(change) << '\n';
  }
  const std::optional<Nanoseconds> soonest = soonest_from(explanation, goal_exit, deeper_too);
  if (request.deadline && soonest) {
    text << "  a deadline of " << show_duration(*soonest) << '\n';
  }
  return text.str();
}

std::string with_explanation(const std::string& plan_json, const PlanExplanation& explanation) {
  ordered_json json = ordered_json::parse(plan_json);
  json["exits"] = best_of_exit_to_json(explanation);
  json["goal"] = nullptr;
  if (explanation.goal) {
    json["goal"] = {{"exit", explanation.goal->exit + 1},
                    {"within_ns", explanation.goal->within.count()}};
  }
  json["changes"] = ordered_json::array();
  for (const HelpfulChange& change : explanation.changes) {
    json["changes"].push_back({{"knob", name_of_knob(change.knob).json},
                               {"factor", change.factor},
                               {"exit", change.plan.exit + 1},
                               {"predicted_ns", change.plan.predicted.count()}});
  }
  return json.dump(2) + '\n';
}

std::string planner_list_text(const planner::PlannerRegistry& registry) {
  std::ostringstream text;
  for (const planner::Planner* planner : registry.all()) {
    text << padded(planner->name(), 21) << planner->summary()
         << (planner->three_tiers() ? "; two or three tiers" : "") << '\n';
  }
  return text.str();
}

std::string planner_list_json(const planner::PlannerRegistry& registry) {
  ordered_json json = {{"schema", "branchline.planners/1"}, {"planners", ordered_json::array()}};
  for (const planner::Planner* planner : registry.all()) {
    json["planners"].push_back({{"name", planner->name()},
                                {"summary", planner->summary()},
                                {"three_tiers", planner->three_tiers()}});
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::apps
