#pragma once

#include "branchline/result.h"
#include "framework/runtime/plan_forecast.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

/// The user's words for a plan, and what is expected of it within `budget`. Stateless.
Plan describe_plan(const RunnablePlan& runnable, const WireCosts& wire,
                   const WireCosts::Crossing& crossing, const Forecast& forecast, Duration budget);

}  // namespace branchline::runtime
