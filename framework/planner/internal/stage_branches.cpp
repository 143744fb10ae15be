#include "framework/planner/internal/stage_branches.h"

#include <algorithm>

#include "framework/planner/plan_cost.h"

namespace branchline::planner::internal {
namespace {

constexpr int kMostBranchSteps = 100000;
constexpr std::size_t kMostBranchNodes = 2000;  // the branches are calls within calls

class StageBranches {
 public:
  StageBranches(const PlanRequest& request, int exit, const StageLoads& weights,
                StageCandidates& candidates)
      : request_(request),
        weights_(weights),
        all_weights_(weights[0] + weights[1] + weights[2]),
        candidates_(candidates),
        problem_(candidates.problem()),
        way_back_(transfer_time(result_bytes(request, exit), request.link.downlink_bytes_per_s)),
        suffix_(suffix_bounds()),
        labels_(candidates.size(), Tier::device),
        sent_(candidates.size()) {}

  bool try_all() {
    branch(0);
    return steps_ < kMostBranchSteps;
  }

 private:
  static std::size_t index(std::int32_t node) { return static_cast<std::size_t>(node); }

  /// By node: what it and the later ones weigh at least.
  std::vector<WideSum> suffix_bounds() const {
    std::vector<WideSum> bounds(problem_.nodes.size() + 1, 0);
    for (std::size_t node = problem_.nodes.size(); node-- > 0;) {
      const Cost on_device = problem_.nodes[node].compute[0];
      const Cost on_edge = problem_.nodes[node].compute[1];
      WideSum least = 0;
      if (on_device == kForbidden) {
        least = weights_[kEdgeStage] * on_edge;
      } else {
        least = weights_[kDeviceStage] * on_device;
        if (on_edge != kForbidden) least = std::min(least, weights_[kEdgeStage] * on_edge);
      }
      bounds[node] = bounds[node + 1] + least;
    }
    return bounds;
  }

  /// Whether the nodes placed so far leave room for no plan that wins.
  bool hopeless(std::size_t placed) const {
    const WideSum best = candidates_.longest().count();
    if (*std::max_element(loads_.begin(), loads_.end()) >= best) return true;
    if (weighted(weights_, loads_) + suffix_[placed] > (best - 1) * all_weights_) return true;
    const WideSum latency = loads_[0] + loads_[1] + loads_[2];
    return request_.deadline && candidates_.best()->feasible &&
           latency > request_.deadline->count();
  }

  void branch(std::size_t node) {
    if (++steps_ >= kMostBranchSteps || hopeless(node)) return;
    if (node == labels_.size()) return finish();
    const auto inputs = problem_.inputs[node];
    const bool edge_only = std::any_of(inputs.begin(), inputs.end(), [this](std::int32_t input) {
      return labels_[index(input)] == Tier::edge;
    });
    const Cost device = problem_.nodes[node].compute[0], edge = problem_.nodes[node].compute[1];
    if (!edge_only && device != kForbidden) {
      loads_[kDeviceStage] += device;
      branch(node + 1);
      loads_[kDeviceStage] -= device;
    }
    if (edge != kForbidden && problem_.crossing[0] != kForbidden) {
      loads_[kEdgeStage] += edge;
      labels_[node] = Tier::edge;
      send_inputs(node, 0);
      labels_[node] = Tier::device;
      loads_[kEdgeStage] -= edge;
    }
  }

  /// Every way to send what the node reads and the edge does not have.
  void send_inputs(std::size_t node, std::size_t place) {
    const auto inputs = problem_.inputs[node];
    if (place == inputs.size()) return branch(node + 1);
    const std::size_t input = index(inputs[place]);
    if (labels_[input] == Tier::edge || sent_[input]) return send_inputs(node, place + 1);
    if (problem_.nodes[input].send[0] == kForbidden) return;
    const std::vector<Transfer>& ways = candidates_.ways(input);
    for (std::size_t way = 0; way < ways.size(); ++way) {
      add(loads_, loads_of(ways[way]));
      sent_[input] = way;
      send_inputs(node, place + 1);
      add(loads_, loads_of(ways[way]), -1);
    }
    sent_[input].reset();
  }

  void finish() {
    if (labels_.back() == Tier::edge && way_back_ >= candidates_.longest()) return;
    candidates_.offer(labels_, sent_);
  }

  const PlanRequest& request_;
  StageLoads weights_;
  WideSum all_weights_;
  StageCandidates& candidates_;
  const CutProblem& problem_;
  Nanoseconds way_back_;
  std::vector<WideSum> suffix_;
  Labels labels_;
  std::vector<std::optional<std::size_t>> sent_;  ///< by node: the way
  StageLoads loads_{};
  int steps_ = 0;
};

}  // namespace

bool try_all_branches(const PlanRequest& request, int exit, const StageLoads& weights,
                      StageCandidates& candidates) {
  if (candidates.size() > kMostBranchNodes) return false;
  return StageBranches(request, exit, weights, candidates).try_all();
}

}  // namespace branchline::planner::internal
