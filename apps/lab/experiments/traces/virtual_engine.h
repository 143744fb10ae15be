#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "apps/lab/experiments/traces/trace_case.h"
#include "apps/lab/experiments/traces/trace_frame.h"
#include "apps/lab/experiments/traces/virtual_device.h"
#include "apps/lab/experiments/traces/virtual_edge.h"
#include "framework/runtime/inference_run.h"
#include "framework/runtime/link_probe.h"
#include "framework/slice/slice_cache.h"

namespace branchline::lab {

/// The engine in virtual time: its own parts decide, insure, measure the link, keep the connection
/// and plan; only compute, link and threads are replaced. One engine per trace; one thread (and the
/// slice cache's, for which it waits: what is wanted is compiled in no time).
class VirtualEngine {
 public:
  /// @param setting,cache  borrowed; a cache shared by engines of one network saves compiling
  VirtualEngine(const TraceSetting& setting, const TraceCase& trace, slice::SliceCache& cache);
  ~VirtualEngine();
  VirtualEngine(const VirtualEngine&) = delete;
  VirtualEngine& operator=(const VirtualEngine&) = delete;

  /// Plays the trace from its beginning, after a warm-up that does not count. Once.
  /// @param speeds  one a frame
  std::vector<TraceFrame> play(const std::vector<FrameSpeed>& speeds);

 private:
  struct Pending {
    std::shared_ptr<runtime::AnswerSlot> slot;
    std::size_t frame = 0;  ///< of the trace; kWarmUp: of the warm-up
  };

  transport::Answer serve(const transport::Request& request) const;
  void begin(std::size_t frame, std::int64_t picture, TimePoint arrival);
  void work_until(TimePoint end);
  void pass(Duration time);
  void step_to(TimePoint time);
  TimePoint next_event() const;
  void settle_due();
  void keep();
  void note(const Pending& pending, const Result& result);
  Crossing crossing_of(const Result& result) const;

  const TraceSetting& setting_;
  VirtualTime time_;
  FrameSpeed speed_;
  VirtualEdge edge_;
  bool keep_now_ = true;
  TimePoint keep_at_;
  runtime::LinkMonitor link_;
  std::shared_ptr<runtime::StepTimes> times_;
  runtime::WireCosts wire_;
  runtime::PlanShelf shelf_;
  runtime::Replanner replanner_;
  runtime::LinkProber prober_;
  VirtualDevice device_;
  runtime::Bell bell_;
  runtime::RunContext context_;
  std::vector<std::unique_ptr<runtime::InferenceRun>> runs_;
  std::vector<Pending> pending_;
  std::vector<TraceFrame> frames_;
};

}  // namespace branchline::lab
