#include "transport/edge_list.h"

#include <algorithm>
#include <utility>

namespace branchline::transport {

EdgeList::EdgeList(std::vector<Endpoint> edges, TimePoint now, std::uint64_t seed) : random_(seed) {
  for (Endpoint& endpoint : edges) {
    Edge& edge = edges_.emplace_back();
    edge.endpoint = std::move(endpoint);
    edge.next_try = now;
  }
}

std::optional<std::size_t> EdgeList::next(TimePoint now, std::size_t end) const {
  for (std::size_t i = 0; i < std::min(end, edges_.size()); ++i) {
    if (!edges_[i].engaged && edges_[i].next_try <= now) return i;
  }
  return std::nullopt;
}

TimePoint EdgeList::next_try(std::size_t end) const {
  TimePoint first = TimePoint::max();
  for (std::size_t i = 0; i < std::min(end, edges_.size()); ++i) {
    if (!edges_[i].engaged) first = std::min(first, edges_[i].next_try);
  }
  return first;
}

void EdgeList::engage(std::size_t edge) { edges_.at(edge).engaged = true; }

void EdgeList::stand(std::size_t edge, TimePoint now) { edges_.at(edge).stands_since = now; }

void EdgeList::fail(std::size_t edge, TimePoint now, bool misfit, bool hurried) {
  constexpr int kDoublings = 10;  // far above the longest wait, far below an overflow
  Edge& failed = edges_.at(edge);
  if (failed.stands_since && now - *failed.stands_since >= kSteady) failed.failures = 0;
  const Duration longest = hurried ? kLongestBackOff : kLongestUnhurried;
  const Duration wait =
      std::min(Duration(kFirstBackOff) * (1 << std::min(failed.failures, kDoublings)), longest);
  ++failed.failures;
  failed.engaged = false;
  failed.misfit = misfit;
  failed.stands_since.reset();
  failed.next_try = now + shortened(misfit ? kMisfitBackOff : wait);
}

void EdgeList::leave(std::size_t edge) {
  edges_.at(edge).engaged = false;
  edges_.at(edge).stands_since.reset();
}

void EdgeList::hurry(TimePoint now) {
  for (Edge& edge : edges_) {
    if (edge.misfit || edge.next_try <= now + kLongestBackOff) continue;
    edge.next_try = now + shortened(kLongestBackOff);
  }
}

Duration EdgeList::shortened(Duration wait) {
  const double share = std::uniform_real_distribution<double>(0.5, 1)(random_);
  return std::chrono::duration_cast<Duration>(wait * share);
}

}  // namespace branchline::transport
