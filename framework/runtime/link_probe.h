#pragma once

#include <optional>

#include "framework/model/model.h"
#include "framework/runtime/replanner.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

/// A request that nobody waits for, to learn how fast a new link is before a real one depends on
/// it: the plan's crossing values for an input of faint noise, which a picture codec makes about as
/// large as a plain scene. nullopt when the plan needs the device's own computing first, or would
/// send more than 128 KiB.
std::optional<transport::Request> measuring_request(const model::Model& model,
                                                    const RunnablePlan& plan, const WireCosts& wire,
                                                    bool packed);

/// Requests measure the link. This makes one up while it was never measured, and when frames have
/// so little time that none can be spared to find out whether it is better now. Used by one thread.
class LinkProber {
 public:
  /// Borrows all but the model.
  LinkProber(std::shared_ptr<const model::Model> model, const WireCosts& wire, LinkMonitor& link,
             const PlanShelf& shelf, Replanner& replanner);

  /// @param view  up
  void measure(const LinkView& view, TimePoint now);

 private:
  const std::shared_ptr<const model::Model> model_;
  const WireCosts& wire_;
  LinkMonitor& link_;
  const PlanShelf& shelf_;
  Replanner& replanner_;
  TimePoint again_{};
};

}  // namespace branchline::runtime
