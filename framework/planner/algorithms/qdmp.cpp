#include "framework/planner/algorithms/qdmp.h"

#include <utility>

#include "framework/base/error.h"
#include "framework/planner/internal/block_search.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using internal::BlockSearch;
using internal::BlocksSearched;

class Qdmp final : public Planner {
 public:
  Qdmp(BlocksSearched searched, std::string name, std::string summary)
      : searched_(searched), name_(std::move(name)), summary_(std::move(summary)) {}

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    std::optional<BlockSearch> found = internal::search_blocks(request, exit, searched_);
    if (!found) return std::nullopt;
    std::optional<Plan> plan = price_plan(request, exit, found->tier);
    BL_EXPECT(plan && plan->predicted == internal::clamped_time(found->cost),
              "the blocks' costs and price_plan disagree");
    return plan;
  }

  BlocksSearched searched_;
  std::string name_;
  std::string summary_;
};

}  // namespace

std::unique_ptr<Planner> make_qdmp() {
  return std::make_unique<Qdmp>(BlocksSearched::any_that_may_win, "qdmp",
                                "the optimum on device and edge: min-cuts of only the blocks "
                                "between cut vertices that may win");
}

std::unique_ptr<Planner> make_qdmp_neighbour() {
  return std::make_unique<Qdmp>(
      BlocksSearched::beside_best_cut_unit, "qdmp-neighbour",
      "best single cut vertex, then min-cuts of the two blocks beside it; may miss the optimum");
}

}  // namespace branchline::planner
