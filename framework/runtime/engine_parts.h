#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "branchline/engine.h"
#include "framework/planner/planner_registry.h"
#include "framework/runtime/answer_desk.h"
#include "framework/runtime/compute_loop.h"
#include "framework/runtime/score.h"
#include "framework/runtime/upkeep.h"
#include "transport/security.h"

namespace branchline {
inline namespace v0 {

/// The engine's parts, put together. What a member uses stands above it, so that destruction in
/// reverse order takes down first what uses others.
struct Engine::Parts {
  Parts(Options given, std::shared_ptr<const model::Model> loaded);
  ~Parts();

  /// A request on its way, or one that ended before it began: then its slot is final already.
  std::shared_ptr<runtime::AnswerSlot> admit(const Request& request, TimePoint start,
                                             TimePoint give_up);
  void stop(Duration grace);
  void warm_up();
  void wait_for_edge();
  void log(int level, const std::string& text) const;

  const Options options;
  const transport::ClientSecurity security;
  const std::shared_ptr<const model::Model> model;
  const SystemTime time;
  const planner::PlannerRegistry planners;
  std::mutex event_mutex;  // guards on_event
  std::function<void(const Event&)> on_event;
  std::atomic<Duration::rep> deadline;
  runtime::Score score;
  runtime::WakeUpReserve reserve;
  const std::shared_ptr<runtime::Bell> bell = std::make_shared<runtime::Bell>();
  std::atomic<runtime::Upkeep*> keeper{nullptr};

  runtime::LinkMonitor link;
  std::unique_ptr<transport::IoThread> io;  // goes before the link, to which its channels talk
  std::unique_ptr<slice::SliceCache> cache;
  profile::Profile profile;
  graph::LayerGraph graph;
  std::shared_ptr<runtime::StepTimes> times;
  runtime::WireCosts wire;
  runtime::PlanShelf shelf;
  runtime::Replanner replanner;
  runtime::DeviceRunner runner;
  runtime::RequestQueue<runtime::InferenceTask> queue;
  runtime::RunContext context;
  runtime::AnswerDesk desk;
  std::unique_ptr<runtime::ComputeLoop> loop;
  std::unique_ptr<runtime::Upkeep> upkeep;
  std::mutex stop_mutex;  // one stop at a time
};

}  // namespace v0
}  // namespace branchline
