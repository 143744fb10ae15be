#pragma once

#include <optional>

#include "framework/model/model.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

/// A request that nobody waits for, to learn how fast a new link is before a real one depends on
/// it: the plan's crossing values for an input of faint noise, which a picture codec makes about as
/// large as a plain scene. nullopt when the plan needs the device's own computing first, or would
/// send more than 128 KiB.
std::optional<transport::Request> measuring_request(const model::Model& model,
                                                    const RunnablePlan& plan,
                                                    const WireCosts& wire);

}  // namespace branchline::runtime
