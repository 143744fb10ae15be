#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "framework/model/model.h"
#include "framework/runtime/edge_plan.h"
#include "framework/runtime/edge_queue.h"
#include "framework/slice/slice_cache.h"

namespace branchline::runtime {

/// How one plan of one model is run here: its slices and how long they take. Its owner guards it.
struct PreparedPlan;

/// What a request needs to run at once; keeps its slices alive.
struct ReadyPlan {
  EdgePlan checked;
  std::shared_ptr<const model::Model> model;
  std::vector<std::shared_ptr<const slice::Slice>> pieces;
  std::shared_ptr<ServiceTimes> times;  ///< of its requests; the same for all of a plan
};

/// The plans that clients asked for: compiles their slices in the background, times them as
/// background work of the queue, chops those that take long, and remembers how long they take.
/// Compiled slices live in a cache of their own bound, so a plan that was ready may have to be
/// compiled again; a plan here keeps none alive, only a ReadyPlan does, until its request is
/// answered. A plan that failed is not compiled again for a minute. Safe from any thread.
class PreparedPlans {
 public:
  struct Limits {
    std::int64_t slice_cache_bytes = 1ll << 30;
    std::size_t max_compiling = 64;  ///< plans, of all clients
    std::size_t max_known = 512;     ///< plans remembered; the least recently used is forgotten
    Duration piece{std::chrono::milliseconds(5)};  ///< longest stretch without reading the clock
  };

  /// Called once: with an empty text when the plan is ready, else with what went wrong.
  using Then = std::function<void(const std::string& error)>;

  /// @param queue, time  must outlive this
  PreparedPlans(const Limits& limits, EdgeQueue& queue, const TimeSource& time);
  ~PreparedPlans();

  /// The plan if all its slices are compiled; nullopt otherwise. Never compiles.
  std::optional<ReadyPlan> find(const std::shared_ptr<const model::Model>& model,
                                const EdgePlan& plan);

  /// Why the plan failed less than a minute ago; empty when it did not.
  std::string failure(const std::shared_ptr<const model::Model>& model, const EdgePlan& plan);

  /// Begins to compile unless the plan is ready, under way, or failed less than a minute ago.
  /// @returns false, and never calls `then`, when too many plans are compiling.
  bool prepare(const std::shared_ptr<const model::Model>& model, const EdgePlan& plan, Then then);

  slice::SliceCache& slices() { return *cache_; }

  /// Compiles nothing any more; whoever waits for a plan is told so before it returns.
  void stop() { cache_->stop(); }

 private:
  friend class WarmUpWork;
  std::shared_ptr<PreparedPlan> remember(const std::shared_ptr<const model::Model>& model,
                                         const EdgePlan& plan);
  std::shared_ptr<PreparedPlan> known(const model::Model& model, const EdgePlan& plan);
  std::vector<std::shared_ptr<const slice::Slice>> compiled(const PreparedPlan& plan);
  std::string standing_failure(const PreparedPlan& plan) const;
  void compile(const std::shared_ptr<PreparedPlan>& plan);
  void on_compiled(const std::shared_ptr<PreparedPlan>& plan, const std::string& error);
  void on_timed(const std::shared_ptr<PreparedPlan>& plan, Duration compute);
  void finish(const std::shared_ptr<PreparedPlan>& plan, const std::string& error);

  const Limits limits_;
  EdgeQueue& queue_;
  const TimeSource& time_;
  std::mutex mutex_;  // guards plans_, compiling_ and what the plans hold
  std::list<std::shared_ptr<PreparedPlan>> plans_;  ///< latest used first
  std::size_t compiling_ = 0;
  std::unique_ptr<slice::SliceCache> cache_;  ///< last: its end calls back into all above
};

}  // namespace branchline::runtime
