#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "framework/runtime/link_monitor.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/slice/slice_cache.h"

namespace branchline::runtime {

using Slices = std::vector<std::shared_ptr<const slice::Slice>>;

/// A plan and how far its preparation has come. The slices stand beside the steps of the plan and
/// may be used once device_ready is set; they are held as long as the plan is on the shelf.
struct ShelvedPlan {
  explicit ShelvedPlan(RunnablePlan planned) : plan(std::move(planned)) {}

  const RunnablePlan plan;
  Slices front, tail, ladder;
  std::atomic<int> compiling{0};
  std::atomic<bool> device_ready{false};
  std::atomic<bool> offered{false};           ///< to every request, not only to those that force it
  std::atomic<bool> failed{false};            ///< a slice did not compile: never to be used
  std::atomic<std::uint64_t> edge_ready{0};   ///< LinkView::connection on which the edge said Ready
  std::atomic<std::uint64_t> spare_ready{0};  ///< LinkView::spare on which that edge said Ready

  bool ready(std::uint64_t connection) const {
    const bool remote_ready = edge_ready == connection || spare_ready == connection;
    return device_ready && (!plan.remote || remote_ready);
  }
};

/// The plans that are, or are about to be, compiled on both sides, so that a request only looks one
/// up. Device-only plans stay for good; of plans that use the edge the most recently wanted
/// kMostRemote stay. Safe from any thread; no lock is held while compiling or sending.
class PlanShelf {
 public:
  static constexpr std::size_t kMostRemote = 24;

  /// @param on_ready  called, from any thread, when a plan became ready
  PlanShelf(std::shared_ptr<const model::Model> model, slice::SliceCache& cache,
            std::function<void()> on_ready, std::function<void(const std::string&)> on_failure);
  ~PlanShelf();

  /// Adds the plan, or renews it when one of the same key is there, and begins to compile it.
  void want(RunnablePlan plan, bool offered = true);

  /// A plan that is wanted, to be offered to every request or only to those that force it.
  struct Wanted {
    RunnablePlan plan;
    bool offered = true;
  };

  /// As want for each of them. The likeliest comes first: it is compiled first and dropped last.
  void want_all(std::vector<Wanted> likely_first);

  /// As want, and waits for the compiler. @throws RunError when a slice does not compile.
  void want_now(RunnablePlan plan);

  /// Asks the edge in use, and then the spare one, to prepare what they have not yet, over the
  /// link's present connections.
  void prepare_edge(LinkMonitor& link);

  /// The edge at the other end of `connection` answered not_ready: it has forgotten the plan.
  void forget_edge(const std::string& key, std::uint64_t connection);

  std::vector<std::shared_ptr<const ShelvedPlan>> all() const;

  /// Rises with every change of what all() holds or of how far it is prepared.
  std::uint64_t version() const noexcept;

  /// Plans that are not yet ready on `connection`.
  std::size_t under_way(std::uint64_t connection) const;

 private:
  struct Asked {
    std::uint64_t on = 0;  // connection on which Prepare was sent
    TimePoint again;       // after a refusal
  };
  struct Place {
    std::shared_ptr<ShelvedPlan> plan;
    Asked edge, spare;
  };
  struct Life;

  std::shared_ptr<ShelvedPlan> place(RunnablePlan plan, bool& is_new);
  void offer(ShelvedPlan& plan, bool offered);
  bool holds(const ShelvedPlan& plan) const;
  void compile(const std::shared_ptr<ShelvedPlan>& plan);
  void prepare_on(LinkMonitor& link, const LinkView& view, bool spare);
  void hear_prepared(const std::string& key, std::uint64_t connection, bool spare,
                     const LinkReply& reply);

  const std::shared_ptr<const model::Model> model_;
  slice::SliceCache& cache_;
  const std::shared_ptr<Life> life_;  // what callbacks may still reach
  mutable std::mutex mutex_;          // guards plans_
  std::vector<Place> plans_;          // least recently wanted first
};

}  // namespace branchline::runtime
