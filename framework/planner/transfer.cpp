#include "framework/planner/transfer.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "framework/base/error.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using graph::CodecOption;

/// Calls `take` for each way.
template <typename Take>
void each_transfer(const PlanRequest& request, const graph::Unit& unit, Tier from, Tier to,
                   const Take& take) {
  const bool up = to > from;
  const bool first_hop = std::min(from, to) == Tier::device;
  BL_EXPECT(first_hop || request.link2, "a plan that uses the cloud needs the edge–cloud link");
  const LinkSpeed& link = first_hop ? request.link : *request.link2;
  const double goodput = up ? link.uplink_bytes_per_s : link.downlink_bytes_per_s;
  take(Transfer{Transfer::kRaw, unit.output_bytes, Nanoseconds(0),
                transfer_time(unit.output_bytes, goodput), Nanoseconds(0), 0});
  for (std::size_t place = 0; place < unit.codecs.size(); ++place) {
    const CodecOption& codec = unit.codecs[place];
    const std::optional<Nanoseconds>& encode = codec.encode.at(static_cast<std::size_t>(from));
    const std::optional<Nanoseconds>& decode = codec.decode.at(static_cast<std::size_t>(to));
    const std::int64_t loss = millionths(codec.accuracy_loss);
    const bool allowed =
        !request.max_accuracy_loss || loss <= millionths(*request.max_accuracy_loss);
    if (!encode || !decode || !allowed) continue;
    take(Transfer{static_cast<std::int32_t>(place), codec.bytes, *encode,
                  transfer_time(codec.bytes, goodput), *decode, loss});
  }
}

}  // namespace

std::vector<Transfer> transfers(const PlanRequest& request, const graph::Unit& unit, Tier from,
                                Tier to) {
  std::vector<Transfer> all;
  each_transfer(request, unit, from, to, [&all](const Transfer& way) { all.push_back(way); });
  return all;
}

Transfer cheapest_transfer(const PlanRequest& request, const graph::Unit& unit, Tier from,
                           Tier to) {
  std::optional<Transfer> cheapest;
  each_transfer(request, unit, from, to, [&cheapest](const Transfer& way) {
    if (!cheapest || way.time() < cheapest->time()) cheapest = way;
  });
  return *cheapest;
}

Transfer listed_transfer(const PlanRequest& request, const graph::Unit& unit, Tier from, Tier to,
                         const std::vector<CrossingCodec>& codecs) {
  PlanRequest uncapped = request;
  uncapped.max_accuracy_loss.reset();
  const std::vector<Transfer> ways = transfers(uncapped, unit, from, to);
  const int link = static_cast<int>(std::min(from, to)) + 1;
  for (const CrossingCodec& listed : codecs) {
    if (listed.unit != unit.id || listed.link != link) continue;
    for (const Transfer& way : ways) {
      const bool named = way.codec != Transfer::kRaw &&
                         unit.codecs[static_cast<std::size_t>(way.codec)].name == listed.codec;
      if (named) return way;
    }
    BL_EXPECT(false, "unit " + std::to_string(unit.id) + " has no codec " + listed.codec);
  }
  return ways.front();
}

void list_codec(std::vector<CrossingCodec>& codecs, const graph::Unit& unit, std::size_t hop,
                const Transfer& way) {
  if (way.codec == Transfer::kRaw) return;
  codecs.push_back(
      {unit.id, static_cast<int>(hop) + 1, unit.codecs[static_cast<std::size_t>(way.codec)].name});
}

internal::WideSum up_time(const PlanRequest& request, const graph::Unit& unit, std::size_t hop) {
  return cheapest_transfer(request, unit, static_cast<Tier>(hop), static_cast<Tier>(hop + 1))
      .time();
}

bool has_caps(const PlanRequest& request) {
  return request.max_accuracy_loss.has_value() || request.max_uplink_bytes.has_value();
}

std::int64_t millionths(double share) { return std::llround(share * 1e6); }

}  // namespace branchline::planner
