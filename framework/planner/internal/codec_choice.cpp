#include "framework/planner/internal/codec_choice.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace branchline::planner::internal {
namespace codec_choice {

constexpr std::size_t kMostPartialChoices = 10000;

struct PartialChoice {
  WideSum time = 0, loss = 0, bytes = 0;
  std::vector<std::size_t> ways;

  bool covers(const PartialChoice& other) const {
    return time <= other.time && loss <= other.loss && bytes <= other.bytes;
  }
};

struct Caps {
  WideSum loss, bytes;

  explicit Caps(const PlanRequest& request)
      : loss(request.max_accuracy_loss ? millionths(*request.max_accuracy_loss) : kNone),
        bytes(request.max_uplink_bytes ? WideSum{*request.max_uplink_bytes} : kNone) {}

  bool keep(const PartialChoice& choice) const {
    return choice.loss <= loss && choice.bytes <= bytes;
  }

 private:
  static constexpr WideSum kNone = std::numeric_limits<WideSum>::max();
};

PartialChoice with(PartialChoice choice, const CrossingWays& crossing, std::size_t way) {
  const Transfer& transfer = crossing.ways[way];
  choice.time += transfer.time();
  choice.loss += transfer.loss_millionths;
  if (crossing.first_uplink) choice.bytes += transfer.bytes;
  choice.ways.push_back(way);
  return choice;
}

std::vector<PartialChoice> undominated(std::vector<PartialChoice> choices) {
  std::sort(choices.begin(), choices.end(), [](const PartialChoice& a, const PartialChoice& b) {
    return std::tie(a.time, a.loss, a.bytes, a.ways) < std::tie(b.time, b.loss, b.bytes, b.ways);
  });
  std::vector<PartialChoice> front;
  for (PartialChoice& choice : choices) {
    const bool covered = std::any_of(front.begin(), front.end(),
                                     [&choice](const auto& kept) { return kept.covers(choice); });
    if (!covered) front.push_back(std::move(choice));
    if (front.size() == kMostPartialChoices) break;
  }
  return front;
}

/// Each crossing its quickest way.
PartialChoice quickest(const std::vector<CrossingWays>& crossings) {
  PartialChoice choice;
  for (const CrossingWays& crossing : crossings) {
    const auto least =
        std::min_element(crossing.ways.begin(), crossing.ways.end(),
                         [](const Transfer& a, const Transfer& b) { return a.time() < b.time(); });
    choice =
        with(std::move(choice), crossing, static_cast<std::size_t>(least - crossing.ways.begin()));
  }
  return choice;
}

}  // namespace codec_choice

std::optional<std::vector<std::size_t>> choose_within_caps(
    const PlanRequest& request, const std::vector<CrossingWays>& crossings) {
  const codec_choice::Caps caps(request);
  codec_choice::PartialChoice quickest = codec_choice::quickest(crossings);
  if (caps.keep(quickest)) return std::move(quickest.ways);
  std::vector<codec_choice::PartialChoice> front(1);
  for (const CrossingWays& crossing : crossings) {
    std::vector<codec_choice::PartialChoice> grown;
    for (const codec_choice::PartialChoice& choice : front) {
      for (std::size_t way = 0; way < crossing.ways.size(); ++way) {
        codec_choice::PartialChoice next = codec_choice::with(choice, crossing, way);
        if (caps.keep(next)) grown.push_back(std::move(next));
      }
    }
    front = codec_choice::undominated(std::move(grown));
    if (front.empty()) return std::nullopt;
  }
  return std::move(front.front().ways);
}

}  // namespace branchline::planner::internal
