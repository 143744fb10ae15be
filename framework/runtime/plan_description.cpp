#include "framework/runtime/plan_description.h"

namespace branchline::runtime {

Plan describe_plan(const RunnablePlan& runnable, const WireCosts& wire,
                   const WireCosts::Crossing& crossing, const Forecast& forecast, Duration budget) {
  Plan plan;
  plan.exit = runnable.exit + 1;
  plan.exits = static_cast<int>(runnable.ladder.rungs.size());
  plan.place = runnable.place;
  plan.predicted = forecast.total;
  plan.margin = budget - forecast.total;
  for (const planner::PlanStage& stage : runnable.stages) {
    plan.stages.push_back({stage.tier, stage.units, Duration{0}, 0, ""});
  }
  plan.expected_accuracy = wire.accuracy(runnable.exit, {});
  if (!runnable.remote) return plan;
  if (plan.expected_accuracy) *plan.expected_accuracy -= crossing.loss;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const bool sends = i + 1 < plan.stages.size() && plan.stages[i + 1].tier == Tier::edge;
    if (!sends) continue;
    plan.stages[i].bytes = static_cast<std::uint64_t>(crossing.bytes);
    for (const transport::Codec sent_as : crossing.codecs) {
      const std::string codec = transport::name_of(sent_as);
      if (plan.stages[i].codec.find(codec) != std::string::npos) continue;
      plan.stages[i].codec += (plan.stages[i].codec.empty() ? "" : "+") + codec;
    }
  }
  return plan;
}

}  // namespace branchline::runtime
