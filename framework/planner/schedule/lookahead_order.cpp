#include "framework/planner/schedule/lookahead_order.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "framework/planner/schedule/composite.h"
#include "framework/planner/schedule/makespan.h"

namespace branchline::planner::schedule {
namespace {

class LookaheadRun {
 public:
  explicit LookaheadRun(const std::vector<UploadJob>& jobs)
      : jobs_(jobs), after_(successors(jobs)), waits_for_(jobs.size(), 0), key_(jobs.size()) {
    for (const std::vector<std::int32_t>& list : after_) {
      for (const std::int32_t job : list) ++waits_for_[at(job)];
    }
    for (std::size_t job = 0; job < jobs.size(); ++job) {
      if (waits_for_[job] == 0) ready_.push_back(static_cast<std::int32_t>(job));
    }
  }

  JobOrder order() {
    JobOrder order;
    while (!ready_.empty()) {
      const std::int32_t job = take_best();
      order.push_back(job);
      for (const std::int32_t next : after_[at(job)]) {
        if (--waits_for_[at(next)] == 0) {
          ready_.push_back(next);
        } else {
          forget_keys();  // a join is nearer: what others make ready may have grown
        }
      }
    }
    return order;
  }

 private:
  static std::size_t at(std::int32_t job) { return static_cast<std::size_t>(job); }

  void forget_keys() {
    for (const std::int32_t job : ready_) key_[at(job)].reset();
  }

  std::int32_t take_best() {
    auto best = ready_.begin();
    for (auto job = ready_.begin(); job != ready_.end() && ready_.size() > 1; ++job) {
      const Composite mine = key(*job), least = key(*best);
      if (runs_before(mine, least) || (!runs_before(least, mine) && *job < *best)) best = job;
    }
    const std::int32_t job = *best;
    *best = ready_.back();
    ready_.pop_back();
    return job;
  }

  const Composite& key(std::int32_t job) {
    std::optional<Composite>& key = key_[at(job)];
    if (!key) key = look_ahead(job);
    return *key;
  }

  Composite look_ahead(std::int32_t job) {
    Composite run = composite_of(jobs_[at(job)]), best = run;
    std::vector<std::int32_t> opened, touched;
    for (std::int32_t last = job;;) {
      for (const std::int32_t next : after_[at(last)]) {
        touched.push_back(next);
        if (--waits_for_[at(next)] == 0) opened.push_back(next);
      }
      if (opened.empty()) break;
      const auto next =
          std::min_element(opened.begin(), opened.end(), [this](std::int32_t x, std::int32_t y) {
            return runs_before(composite_of(jobs_[at(x)]), composite_of(jobs_[at(y)]));
          });
      last = *next;
      opened.erase(next);
      run = then(run, composite_of(jobs_[at(last)]));
      if (runs_before(run, best)) best = run;
    }
    for (const std::int32_t next : touched) ++waits_for_[at(next)];
    return best;
  }

  const std::vector<UploadJob>& jobs_;
  std::vector<std::vector<std::int32_t>> after_;
  std::vector<std::int32_t> waits_for_;
  std::vector<std::int32_t> ready_;
  std::vector<std::optional<Composite>> key_;  ///< by job, of those ready
};

/// The place of a job whose compute end and remaining uploads add up to the makespan.
std::size_t critical_place(const std::vector<UploadJob>& jobs, const JobOrder& order) {
  internal::WideSum computed = 0, sent = 0;
  std::size_t critical = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const UploadJob& job = jobs[static_cast<std::size_t>(order[place])];
    computed += job.compute.count();
    if (computed >= sent) critical = place;
    sent = std::max(sent, computed) + job.upload.count();
  }
  return critical;
}

bool may_swap(const std::vector<UploadJob>& jobs, const JobOrder& order, std::size_t place) {
  const std::vector<std::int32_t>& before =
      jobs[static_cast<std::size_t>(order[place + 1])].predecessors;
  return std::find(before.begin(), before.end(), order[place]) == before.end();
}

/// Swaps at the critical job while that shortens the schedule, n times at most.
Nanoseconds swap_neighbours(const std::vector<UploadJob>& jobs, JobOrder& order) {
  Nanoseconds least = makespan(jobs, order);
  for (std::size_t round = 0; round < order.size(); ++round) {
    const std::size_t critical = critical_place(jobs, order);
    bool shorter = false;
    for (std::size_t place = critical > 0 ? critical - 1 : 0; place <= critical; ++place) {
      if (shorter || place + 1 >= order.size() || !may_swap(jobs, order, place)) continue;
      std::swap(order[place], order[place + 1]);
      const Nanoseconds swapped = makespan(jobs, order);
      shorter = swapped < least;
      if (shorter) {
        least = swapped;
      } else {
        std::swap(order[place], order[place + 1]);
      }
    }
    if (!shorter) break;
  }
  return least;
}

}  // namespace

JobOrder lookahead_order(const std::vector<UploadJob>& jobs) {
  JobOrder looked_ahead = LookaheadRun(jobs).order(), plain = index_order(jobs);
  const Nanoseconds with = swap_neighbours(jobs, looked_ahead);
  const Nanoseconds without = swap_neighbours(jobs, plain);
  return with <= without ? looked_ahead : plain;
}

}  // namespace branchline::planner::schedule
