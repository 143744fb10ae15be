#include "framework/planner/internal/chain_cut.h"

#include <array>
#include <cstddef>

namespace branchline::planner::internal {
namespace {

constexpr std::size_t kTiers = 3;

/// What lies between the nodes `first` and `next`, both cut vertices.
struct ChainBlock {
  std::size_t first = 0, next = 0;
  CutNode inside;          ///< compute: of all nodes inside; send: of those that `next` reads
  bool read_past = false;  ///< `next` reads `first` itself
};

class ChainSearch {
 public:
  ChainSearch(const CutProblem& problem, const std::vector<std::int32_t>& cut_units)
      : problem_(problem) {
    std::size_t first = 0, at = 1;
    for (std::size_t cut = 1; cut < cut_units.size(); ++cut, ++at) {
      ChainBlock block;
      block.first = first;
      for (; problem.nodes[at].unit != cut_units[cut]; ++at) add_inside(block.inside, at);
      block.next = first = at;
      add_readings(block);
      blocks_.push_back(block);
    }
  }

  std::optional<Labels> best() {
    std::array<Cost, kTiers> reach;  // least cost of all before the cut vertex, by its tier
    reach.fill(kForbidden);
    reach[0] = 0;
    for (const ChainBlock& block : blocks_) reach = step_over(block, reach);
    std::optional<std::size_t> home;
    Cost least = kForbidden;
    for (std::size_t tier = 0; tier < problem_.tiers; ++tier) {
      const Cost cost =
          plus(reach[tier], place_cost(problem_, problem_.nodes.size() - 1, tier_at(tier)));
      if (!less(cost, least)) continue;
      least = cost;
      home = tier;
    }
    if (!home) return std::nullopt;
    return labels_back_from(*home);
  }

 private:
  struct Choice {
    std::size_t from = 0, inside = 0;  ///< tiers of the block's first node and of those inside
  };

  static Tier tier_at(std::size_t tier) { return static_cast<Tier>(tier); }
  static bool less(Cost a, Cost b) { return a != kForbidden && (b == kForbidden || a < b); }

  void add_inside(CutNode& inside, std::size_t at) const {
    for (std::size_t tier = 0; tier < kTiers; ++tier) {
      inside.compute[tier] = plus(inside.compute[tier], problem_.nodes[at].compute[tier]);
    }
  }

  void add_readings(ChainBlock& block) const {
    for (const std::int32_t input : problem_.inputs[block.next]) {
      const auto producer = static_cast<std::size_t>(input);
      block.read_past = block.read_past || producer == block.first;
      if (producer == block.first) continue;
      for (std::size_t hop = 0; hop + 1 < kTiers; ++hop) {
        block.inside.send[hop] = plus(block.inside.send[hop], problem_.nodes[producer].send[hop]);
      }
    }
  }

  Cost block_cost(const ChainBlock& block, std::size_t from, std::size_t inside,
                  std::size_t to) const {
    const CutNode& first = problem_.nodes[block.first];
    const std::size_t reached = block.read_past ? to : inside;
    return plus(
        plus(first.compute[from], send_cost(first, tier_at(from), tier_at(reached))),
        plus(block.inside.compute[inside], send_cost(block.inside, tier_at(inside), tier_at(to))));
  }

  std::array<Cost, kTiers> step_over(const ChainBlock& block,
                                     const std::array<Cost, kTiers>& reach) {
    std::array<Cost, kTiers> next;
    next.fill(kForbidden);
    std::array<Choice, kTiers> chosen{};
    for (std::size_t to = 0; to < problem_.tiers; ++to) {
      for (std::size_t from = 0; from <= to; ++from) {
        for (std::size_t inside = from; inside <= to; ++inside) {
          const Cost cost = plus(reach[from], block_cost(block, from, inside, to));
          if (!less(cost, next[to])) continue;
          next[to] = cost;
          chosen[to] = {from, inside};
        }
      }
    }
    chosen_.push_back(chosen);
    return next;
  }

  Labels labels_back_from(std::size_t home) const {
    Labels labels(problem_.nodes.size(), tier_at(home));
    for (std::size_t k = blocks_.size(); k-- > 0;) {
      const Choice& choice = chosen_[k][home];
      for (std::size_t at = blocks_[k].first + 1; at < blocks_[k].next; ++at) {
        labels[at] = tier_at(choice.inside);
      }
      home = choice.from;
      labels[blocks_[k].first] = tier_at(home);
    }
    return labels;
  }

  const CutProblem& problem_;
  std::vector<ChainBlock> blocks_;
  std::vector<std::array<Choice, kTiers>> chosen_;  ///< by block, by the tier of its next node
};

}  // namespace

std::optional<Labels> chain_cut(const CutProblem& problem,
                                const std::vector<std::int32_t>& cut_units) {
  return ChainSearch(problem, cut_units).best();
}

}  // namespace branchline::planner::internal
