#include "framework/planner/schedule/job_cuts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/schedule/composite.h"
#include "framework/planner/schedule/makespan.h"

namespace branchline::planner::schedule {
namespace {

using internal::WideSum;

const CutChoice& choice_at(const std::vector<CutChoice>& choices, std::int32_t cut) {
  return choices[static_cast<std::size_t>(cut)];
}

/// Identical jobs with these cuts, in this order.
JobCuts priced_cuts(const std::vector<CutChoice>& choices, std::vector<std::int32_t> cuts) {
  std::vector<UploadJob> jobs;
  jobs.reserve(cuts.size());
  for (const std::int32_t cut : cuts) {
    jobs.push_back({choice_at(choices, cut).compute, choice_at(choices, cut).upload, {}});
  }
  const JobOrder order = index_order(jobs);
  return {order, std::move(cuts), makespan(jobs, order)};
}

/// Some jobs placed, all with cuts up to the one at hand.
struct CutState {
  WideSum computed = 0;  ///< A
  WideSum sent = 0;      ///< C, when the uploads end
  std::int32_t cut = -1;
  std::int32_t before = -1;  ///< index of the state with one job less; -1: none placed
};

class CutProgram {
 public:
  CutProgram(const std::vector<CutChoice>& choices, int jobs)
      : choices_(choices), jobs_(static_cast<std::size_t>(jobs)), front_(jobs_ + 1) {
    good_ = two_neighbouring_cuts(choices, jobs);
    states_.push_back({});
    front_[0] = {0};
  }

  JobCuts solve() {
    const std::vector<std::int32_t> cuts = pareto_cuts(choices_);
    const WideSum least_upload = choice_at(choices_, cuts.back()).upload.count();
    for (const std::int32_t cut : cuts) {
      for (std::size_t placed = 0; placed < jobs_; ++placed) {
        for (const std::int32_t state : front_[placed]) extend(state, placed, cut, least_upload);
        keep_pareto(front_[placed + 1]);
      }
    }
    const std::vector<std::int32_t>& last = front_[jobs_];
    if (last.empty()) return good_;
    // Ascending compute means descending end of uploads.
    std::vector<std::int32_t> taken;
    for (std::int32_t state = last.back(); at(state).before >= 0; state = at(state).before) {
      taken.push_back(at(state).cut);
    }
    std::reverse(taken.begin(), taken.end());
    return priced_cuts(choices_, std::move(taken));
  }

 private:
  const CutState& at(std::int32_t state) const { return states_[static_cast<std::size_t>(state)]; }

  /// One more job with this cut. Every later job computes as much or more, and sends `least_upload`
  /// or more.
  void extend(std::int32_t before, std::size_t placed, std::int32_t cut, WideSum least_upload) {
    const CutChoice& choice = choice_at(choices_, cut);
    CutState next;
    next.computed = at(before).computed + choice.compute.count();
    next.sent = std::max(at(before).sent, next.computed) + choice.upload.count();
    next.cut = cut;
    next.before = before;
    const auto left = static_cast<WideSum>(jobs_ - placed - 1);
    const WideSum by_upload = next.sent + left * least_upload;
    const WideSum by_compute = next.computed + left * choice.compute.count() + least_upload;
    if (std::max(by_upload, by_compute) >= WideSum{good_.makespan.count()}) return;
    front_[placed + 1].push_back(static_cast<std::int32_t>(states_.size()));
    states_.push_back(next);
  }

  /// Ascending compute, strictly descending end of uploads.
  void keep_pareto(std::vector<std::int32_t>& front) const {
    std::sort(front.begin(), front.end(), [this](std::int32_t x, std::int32_t y) {
      if (at(x).computed != at(y).computed) return at(x).computed < at(y).computed;
      return at(x).sent != at(y).sent ? at(x).sent < at(y).sent : x < y;
    });
    std::vector<std::int32_t> kept;
    for (const std::int32_t state : front) {
      if (kept.empty() || at(state).sent < at(kept.back()).sent) kept.push_back(state);
    }
    front = std::move(kept);
  }

  const std::vector<CutChoice>& choices_;
  std::size_t jobs_;
  JobCuts good_;
  std::vector<CutState> states_;
  std::vector<std::vector<std::int32_t>> front_;  ///< by number of jobs placed
};

/// Jobs with one choice each, by Johnson's rule.
JobCuts in_johnsons_order(const std::vector<std::vector<CutChoice>>& choices,
                          const std::vector<std::int32_t>& cut_of) {
  std::vector<UploadJob> jobs;
  for (std::size_t job = 0; job < choices.size(); ++job) {
    const CutChoice& choice = choice_at(choices[job], cut_of[job]);
    jobs.push_back({choice.compute, choice.upload, {}});
  }
  JobOrder order = index_order(jobs);
  std::stable_sort(order.begin(), order.end(), [&jobs](std::int32_t x, std::int32_t y) {
    return runs_before(composite_of(jobs[static_cast<std::size_t>(x)]),
                       composite_of(jobs[static_cast<std::size_t>(y)]));
  });
  JobCuts found{order, {}, makespan(jobs, order)};
  for (const std::int32_t job : order) found.cut.push_back(cut_of[static_cast<std::size_t>(job)]);
  return found;
}

/// Of Pareto cuts those on the lower convex hull of (compute, upload).
std::vector<std::int32_t> hull_cuts(const std::vector<CutChoice>& choices,
                                    const std::vector<std::int32_t>& pareto) {
  std::vector<std::int32_t> hull;
  const auto above_line = [&choices](std::int32_t a, std::int32_t b, std::int32_t c) {
    const auto wide = [](Nanoseconds time) { return WideSum{time.count()}; };
    const CutChoice &x = choice_at(choices, a), &y = choice_at(choices, b),
                    &z = choice_at(choices, c);
    return (wide(x.upload) - wide(y.upload)) * (wide(z.compute) - wide(y.compute)) <=
           (wide(y.upload) - wide(z.upload)) * (wide(y.compute) - wide(x.compute));
  };
  for (const std::int32_t cut : pareto) {
    while (hull.size() > 1 && above_line(hull[hull.size() - 2], hull.back(), cut)) hull.pop_back();
    hull.push_back(cut);
  }
  return hull;
}

std::int32_t least_sum(const std::vector<CutChoice>& choices) {
  const auto sum = [](const CutChoice& choice) {
    return WideSum{choice.compute.count()} + choice.upload.count();
  };
  const auto least =
      std::min_element(choices.begin(), choices.end(),
                       [&sum](const CutChoice& x, const CutChoice& y) { return sum(x) < sum(y); });
  return static_cast<std::int32_t>(least - choices.begin());
}

}  // namespace

std::vector<std::int32_t> pareto_cuts(const std::vector<CutChoice>& choices) {
  std::vector<std::int32_t> cuts(choices.size());
  std::iota(cuts.begin(), cuts.end(), 0);
  std::stable_sort(cuts.begin(), cuts.end(), [&choices](std::int32_t x, std::int32_t y) {
    const CutChoice &a = choice_at(choices, x), &b = choice_at(choices, y);
    return a.compute != b.compute ? a.compute < b.compute : a.upload < b.upload;
  });
  std::vector<std::int32_t> kept;
  for (const std::int32_t cut : cuts) {
    const bool sends_less =
        kept.empty() || choice_at(choices, cut).upload < choice_at(choices, kept.back()).upload;
    if (sends_less) kept.push_back(cut);
  }
  return kept;
}

JobCuts exact_job_cuts(const std::vector<CutChoice>& choices, int jobs) {
  BL_EXPECT(!choices.empty() && jobs >= 0, "no cut to choose, or fewer than no jobs");
  return CutProgram(choices, jobs).solve();
}

JobCuts two_neighbouring_cuts(const std::vector<CutChoice>& choices, int jobs) {
  BL_EXPECT(!choices.empty() && jobs >= 0, "no cut to choose, or fewer than no jobs");
  const std::vector<std::int32_t> cuts = hull_cuts(choices, pareto_cuts(choices));
  const auto behind = std::find_if(cuts.begin(), cuts.end(), [&choices](std::int32_t cut) {
    return choice_at(choices, cut).compute >= choice_at(choices, cut).upload;
  });
  const std::int32_t deep = behind == cuts.end() ? cuts.back() : *behind;
  const std::int32_t shallow = behind == cuts.begin() ? deep : *(behind - 1);
  JobCuts best;
  for (int first = 0; first <= jobs; ++first) {
    std::vector<std::int32_t> mix(static_cast<std::size_t>(jobs), deep);
    std::fill_n(mix.begin(), first, shallow);
    JobCuts found = priced_cuts(choices, std::move(mix));
    if (first == 0 || found.makespan < best.makespan) best = std::move(found);
  }
  return best;
}

JobCuts mixed_job_cuts(const std::vector<std::vector<CutChoice>>& choices) {
  std::vector<std::int32_t> cut_of;
  for (const std::vector<CutChoice>& of_job : choices) {
    BL_EXPECT(!of_job.empty(), "a job has no cut to choose");
    cut_of.push_back(least_sum(of_job));
  }
  JobCuts best = in_johnsons_order(choices, cut_of);
  for (bool improved = true; improved;) {
    improved = false;
    for (std::size_t job = 0; job < choices.size(); ++job) {
      for (const std::int32_t cut : pareto_cuts(choices[job])) {
        const std::int32_t kept = std::exchange(cut_of[job], cut);
        JobCuts found = in_johnsons_order(choices, cut_of);
        if (found.makespan < best.makespan) {
          best = std::move(found);
          improved = true;
        } else {
          cut_of[job] = kept;
        }
      }
    }
  }
  return best;
}

}  // namespace branchline::planner::schedule
