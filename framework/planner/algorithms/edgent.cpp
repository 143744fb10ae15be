#include "framework/planner/algorithms/edgent.h"

#include <cstddef>
#include <vector>

#include "framework/planner/internal/cheapest_cut.h"
#include "framework/planner/internal/placement.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

using graph::Unit;
using internal::clamped_time;
using internal::WideSum;

enum class EdgentVariant { device_first, server_first, as_published };

/// Compute time of the units up to each cut vertex, per tier, and how many of them the tier cannot
/// run.
struct PrefixLoad {
  std::vector<WideSum> time;
  std::vector<std::int32_t> barred;
};

/// The chain of one exit with the price of each cut.
class EdgentChain {
 public:
  EdgentChain(const PlanRequest& request, int exit)
      : request_(request), cuts_(graph::cut_vertices(request.graph, exit)) {
    const std::vector<bool> needed = graph::units_of_exit(request.graph, exit);
    device_ = prefix_load(needed, 0);
    edge_ = prefix_load(needed, 1);
    result_down_ =
        transfer_time(result_bytes(request, exit), request.link.downlink_bytes_per_s).count();
    remote_fixed_ = WideSum{request.link.round_trip.count()} + request.edge_queue.count();
  }

  /// N: the position of the exit's own unit in the chain.
  std::size_t last() const { return cuts_.size() - 1; }
  std::int32_t vertex(std::size_t k) const { return cuts_[k]; }

  /// Front c_0 … c_k on the device, the rest on the edge.
  std::optional<Nanoseconds> device_first(std::size_t k) const {
    if (device_.barred[k] > 0) return std::nullopt;
    if (k == last()) return clamped_time(device_.time[k]);
    const bool runs = edge_.barred[last()] == edge_.barred[k] && travels(k) && travels(last());
    if (!runs) return std::nullopt;
    return clamped_time(device_.time[k] + up(k) + edge_.time[last()] - edge_.time[k] +
                        result_down_ + remote_fixed_);
  }

  /// Front up to c_k on the edge, the rest on the device; the input is born on the device.
  std::optional<Nanoseconds> server_first(std::size_t k) const {
    if (k == 0) return device_first(last());
    const bool runs = edge_.barred[k] == 0 && device_.barred[last()] == device_.barred[k] &&
                      travels(0) && travels(k);
    if (!runs) return std::nullopt;
    const WideSum back = k == last() ? result_down_ : down(k);
    return clamped_time(server_first_compute(k) + up(0) + back + remote_fixed_);
  }

  /// A_{i,p} as printed, for k = p - 1 < N.
  std::optional<Nanoseconds> as_published(std::size_t k) const {
    if (k == 0) return device_first(last());
    const bool server_only = k + 1 == last();
    const bool runs = server_first(server_only ? last() : k).has_value();
    if (!runs) return std::nullopt;
    const WideSum compute = server_only ? device_.time[0] + edge_.time[k] : server_first_compute(k);
    const WideSum intermediate = server_only ? WideSum{0} : WideSum{raw_up(k)};
    return clamped_time(compute + raw_up(0) + intermediate);
  }

 private:
  /// The input's time on the edge is never paid.
  PrefixLoad prefix_load(const std::vector<bool>& needed, std::size_t tier) const {
    PrefixLoad load;
    load.time.reserve(cuts_.size());
    load.barred.reserve(cuts_.size());
    WideSum time = 0;
    std::int32_t barred = 0;
    for (const Unit& unit : request_.graph.units) {
      if (!needed[static_cast<std::size_t>(unit.id)]) continue;
      const bool paid = tier == 0 || unit.id != 0;
      if (paid && unit.time[tier]) time += unit.time[tier]->count();
      if (paid && !unit.time[tier]) ++barred;
      if (unit.id != cuts_[load.time.size()]) continue;
      load.time.push_back(time);
      load.barred.push_back(barred);
    }
    return load;
  }

  WideSum server_first_compute(std::size_t k) const {
    return device_.time[0] + edge_.time[k] + device_.time[last()] - device_.time[k];
  }

  const Unit& unit(std::size_t k) const {
    return request_.graph.units[static_cast<std::size_t>(cuts_[k])];
  }
  bool travels(std::size_t k) const { return unit(k).transmissible; }
  WideSum up(std::size_t k) const { return up_time(request_, unit(k), 0); }
  WideSum down(std::size_t k) const {
    return cheapest_transfer(request_, unit(k), Tier::edge, Tier::device).time();
  }
  /// As the paper knows it: no codecs.
  std::int64_t raw_up(std::size_t k) const {
    return transfer_time(unit(k).output_bytes, request_.link.uplink_bytes_per_s).count();
  }

  const PlanRequest& request_;
  std::vector<std::int32_t> cuts_;
  PrefixLoad device_, edge_;
  WideSum result_down_ = 0, remote_fixed_ = 0;
};

/// All k, the one with the most remote units first.
internal::CheapestCut cheapest_edgent_cut(const EdgentChain& chain, EdgentVariant variant) {
  internal::CheapestCut best;
  const auto offer = [&best](std::size_t k, const std::optional<Nanoseconds>& cost) {
    if (cost) best.offer(static_cast<std::int32_t>(k), *cost);
  };
  const std::size_t last = chain.last();
  switch (variant) {
    case EdgentVariant::device_first:
      for (std::size_t k = 0; k <= last; ++k) offer(k, chain.device_first(k));
      break;
    case EdgentVariant::server_first:
      for (std::size_t k = last + 1; k-- > 0;) offer(k, chain.server_first(k));
      break;
    case EdgentVariant::as_published:
      for (std::size_t k = last; k-- > 1;) offer(k, chain.as_published(k));
      offer(0, chain.as_published(0));
      break;
  }
  return best;
}

class Edgent final : public Planner {
 public:
  Edgent(EdgentVariant variant, std::string name, std::string summary)
      : variant_(variant), name_(std::move(name)), summary_(std::move(summary)) {}

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    const EdgentChain chain(request, exit);
    const std::optional<std::int32_t> cut = cheapest_edgent_cut(chain, variant_).cut();
    if (!cut) return std::nullopt;
    auto k = static_cast<std::size_t>(*cut);
    const bool published_server_only =
        variant_ == EdgentVariant::as_published && k > 0 && k + 1 == chain.last();
    if (published_server_only) k = chain.last();
    const bool device_first = variant_ == EdgentVariant::device_first;
    const Tier front = device_first ? Tier::device : Tier::edge;
    const Tier tail = device_first ? Tier::edge : Tier::device;
    const std::int32_t end_of_front = chain.vertex(k);
    return price_plan(request, exit,
                      internal::placement(request.graph, exit, [=](std::int32_t unit) {
                        return unit <= end_of_front ? front : tail;
                      }));
  }

  Nanoseconds believed_latency(const PlanRequest& request, const Plan& plan) const override {
    if (variant_ != EdgentVariant::as_published) return plan.predicted;
    return cheapest_edgent_cut(EdgentChain(request, plan.exit), variant_).time();
  }

  EdgentVariant variant_;
  std::string name_;
  std::string summary_;
};

}  // namespace

std::unique_ptr<Planner> make_edgent() {
  return std::make_unique<Edgent>(
      EdgentVariant::device_first, "edgent",
      "deepest exit in time, cut behind a cut vertex: device front, edge tail; O(n + m)");
}

std::unique_ptr<Planner> make_edgent_server_first() {
  return std::make_unique<Edgent>(
      EdgentVariant::server_first, "edgent-server-first",
      "as edgent in the paper's direction: edge front, device tail; O(n + m)");
}

std::unique_ptr<Planner> make_edgent_as_published() {
  return std::make_unique<Edgent>(
      EdgentVariant::as_published, "edgent-as-published",
      "Edgent's formula with its defects, for comparison; priced honestly; O(n + m)");
}

}  // namespace branchline::planner
