#pragma once

#include "branchline/result.h"
#include "framework/runtime/exit_policy.h"
#include "framework/runtime/link_monitor.h"

namespace branchline::runtime {

/// The link as a forecast takes it: an old measurement is a less certain one, and one never
/// measured is taken for a megabyte per second, give or take a factor of three.
LinkConditions conditions_of(const LinkView& link);

EdgeReach access_of(const LinkView& link);

/// What the user sees of the link.
Link describe_link(const LinkView& link);

}  // namespace branchline::runtime
