#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/sweep/lab_network.h"
#include "framework/planner/planner_registry.h"
#include "framework/runtime/runnable_plan.h"

namespace branchline::lab {

/// The ways to plan that an experiment may compare:
/// - device-only, edge-only, partition-only: the deepest exit, whatever the deadline; the last is
///   Neurosurgeon;
/// - edgent: the deepest exit in time with Edgent's cut, by this machine's profile;
///   edgent-static: by the times that its regressions predict; edgent-dynamic: by its
///   configuration map over the links of the experiment, chosen by its reward;
/// - branchline-uninsured: what the engine would decide for a link that it knows, with the engine's
///   codecs, run as a given plan;
/// - branchline: no plan but the engine itself, frame by frame (engine_runner.h);
/// - any two-tier algorithm of `branchline plan --list`.
/// But for these two all send what their papers send: a picture as the f32 tensor that the network
/// takes, values as they are. With "+codecs" behind the name they have the engine's codecs.
/// @throws InputError naming `where` when there is no such method, with the nearest name.
void check_method(const std::string& method, const std::string& where);

/// The method that plans by itself; PlanningDesk has no plan of it.
inline constexpr const char* kEngineMethod = "branchline";

/// What check_method knows by name.
std::vector<std::string> method_names();

/// A plan, priced for one link, and how it is carried out.
struct MethodPlan {
  planner::Plan plan;
  runtime::RunnablePlan runnable;
  std::map<graph::ValueId, transport::Codec> codecs;  ///< of what crosses to the edge
  std::string codec;               ///< the same for people; empty when nothing crosses
  std::string key;                 ///< equal for what is measured alike, on whatever link
  std::optional<double> accuracy;  ///< on the test set, less what the codecs cost, if measured
  Duration simulated{0};
  Duration longest_stage{0};  ///< of a stream; one frame alone
};

struct MethodChoice {
  /// nullopt: the method finds none in time, or one that goes to the edge more than once.
  std::optional<MethodPlan> plan;
  Duration solver{0};  ///< the quickest of three runs
};

/// Plans of one network for one link.
class PlanningDesk {
 public:
  /// @param network  borrowed
  /// @param states   uplinks in bytes/s that edgent-dynamic's map is made for
  PlanningDesk(const LabNetwork& network, const planner::LinkSpeed& link,
               std::vector<double> states);
  ~PlanningDesk();

  /// @param method  not kEngineMethod
  MethodChoice choose(const std::string& method, Duration deadline) const;

 private:
  struct Placed;
  struct Engine;
  Placed place(const std::string& method, Duration deadline) const;
  Placed place_by_engine(Duration deadline) const;
  std::optional<MethodPlan> priced(const Placed& placed, const graph::LayerGraph& graph,
                                   Duration deadline) const;
  planner::PlanRequest request(const graph::LayerGraph& graph) const;

  const LabNetwork& network_;
  const planner::LinkSpeed link_;
  const std::vector<double> states_;
  const planner::PlannerRegistry planners_ = planner::standard_planners();
  const std::unique_ptr<runtime::WireCosts> wire_;
  const graph::LayerGraph raw_;        ///< frames as they are
  const graph::LayerGraph encoded_;    ///< with the engine's codecs
  const graph::LayerGraph published_;  ///< what the papers' planners see
  const graph::LayerGraph predicted_;  ///< the same with the regressions' times
  const std::unique_ptr<Engine> engine_;
};

}  // namespace branchline::lab
