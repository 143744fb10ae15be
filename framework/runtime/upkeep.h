#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "branchline/status.h"
#include "framework/profile/unit_profile.h"
#include "framework/runtime/bell.h"
#include "framework/runtime/link_monitor.h"
#include "framework/runtime/link_probe.h"
#include "framework/runtime/replanner.h"
#include "framework/runtime/wake_up_reserve.h"

namespace branchline::runtime {

/// The engine's background thread: keeps the link, has plans made and prepared for it, tells
/// events, and learns from its own sleeps how late this machine wakes threads. A second thread
/// profiles the edge, once, when there is one.
class Upkeep {
 public:
  /// What it keeps; borrowed. `log` and `emit` may be called from either thread.
  struct Charge {
    const std::shared_ptr<const model::Model> model;
    const graph::LayerGraph& layers;
    const WireCosts& wire;
    profile::Profile profile;  ///< without an edge: the edge is measured
    double slowdown = 1;
    LinkMonitor& link;
    PlanShelf& shelf;
    Replanner& replanner;
    WakeUpReserve& reserve;
    bool uses_edge = true;  ///< false: the planner never would
    std::function<void(int, const std::string&)> log;
    std::function<void(const Event&)> emit;
  };

  explicit Upkeep(Charge charge);
  ~Upkeep();

  void ring() { bell_.ring(); }
  void stop();  ///< shuts the link down

  /// The edge was measured, or measuring it failed, or there is none connected.
  bool edge_known() const noexcept { return !profiling_; }

 private:
  void run();
  TimePoint keep();  ///< @returns when the link wants to be looked after again
  void tell_events(const LinkView& view);
  void tell_plan(const LinkView& view);
  void begin_to_profile(const LinkView& view);

  Charge charge_;
  LinkProber prober_;
  Bell bell_;
  std::atomic<bool> stopping_{false}, profiling_{false};
  bool profiled_ = false;
  std::string plan_told_;
  std::thread profiler_;
  std::thread thread_;
};

}  // namespace branchline::runtime
