#include "framework/planner/internal/frame_tasks.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "framework/base/error.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner::internal {
namespace {

using graph::Unit;
using graph::ValueId;

constexpr std::size_t kTiers = 3;
constexpr std::array<Resource, kTiers> kTierResource = {Resource::device, Resource::edge,
                                                        Resource::cloud};
constexpr std::array<Resource, kTiers - 1> kUpResource = {Resource::uplink, Resource::uplink2};
constexpr std::array<Resource, kTiers - 1> kDownResource = {Resource::downlink,
                                                            Resource::downlink2};

/// One output on one hop in one direction.
struct Crossing {
  std::int32_t unit = 0;
  std::size_t hop = 0;
  bool up = true;
  Transfer way;
  bool done = false;

  std::size_t from() const { return up ? hop : hop + 1; }
  std::size_t to() const { return up ? hop + 1 : hop; }
};

class FrameBuilder {
 public:
  FrameBuilder(const PlanRequest& request, const Plan& plan)
      : request_(request), plan_(plan), units_(request.graph.units) {
    rank_units();
    list_crossings();
  }

  std::vector<FrameTask> overlapped() {
    holder_.assign(units_.size(), {-1, -1, -1});
    for (const std::int32_t unit : ranked_) holder(unit, home(unit)) = add_compute(unit);
    if (remote_) queue_ = add({std::nullopt, 0, 0, request_.edge_queue.count(), 0, 0, {}});
    for (const Crossing& crossing : crossings_) add_crossing(crossing);
    for (const std::int32_t unit : ranked_) {
      for (const std::int32_t producer : producers(unit)) {
        follow(holder(producer, home(unit)), holder(unit, home(unit)));
      }
      if (home(unit) == 1) follow(queue_, holder(unit, 1));
    }
    // The queue starts with the first arrival at the edge, whichever that is.
    if (queue_ >= 0) tasks_[index(queue_)].waits_for = 1;
    return std::move(tasks_);
  }

  std::vector<FrameTask> sequential() {
    std::size_t here = 0;
    for (const PlanStage& stage : stages_of(plan_)) {
      const auto tier = static_cast<std::size_t>(stage.tier);
      move(here, tier);
      here = tier;
      std::vector<std::int32_t> units = to_units(stage.units);
      std::sort(units.begin(), units.end(),
                [this](std::int32_t a, std::int32_t b) { return rank(a) < rank(b); });
      for (const std::int32_t unit : units) {
        chain(add_compute(unit));
        computed_[index(unit)] = true;
      }
    }
    move(here, 0);
    return std::move(tasks_);
  }

 private:
  static std::size_t index(std::int32_t id) { return static_cast<std::size_t>(id); }
  std::size_t home(std::int32_t unit) const {
    return static_cast<std::size_t>(*plan_.tier[index(unit)]);
  }
  std::int32_t rank(std::int32_t unit) const { return rank_[index(unit)]; }
  std::int32_t& holder(std::int32_t unit, std::size_t tier) { return holder_[index(unit)][tier]; }
  const LinkSpeed& link(std::size_t hop) const {
    return hop == 0 ? request_.link : *request_.link2;
  }

  std::vector<std::int32_t> producers(std::int32_t unit) const {
    std::vector<std::int32_t> producers;
    for (const ValueId& input : units_[index(unit)].inputs) producers.push_back(input.unit);
    std::sort(producers.begin(), producers.end());
    producers.erase(std::unique(producers.begin(), producers.end()), producers.end());
    return producers;
  }

  void rank_units() {
    rank_.assign(units_.size(), -1);
    computed_.assign(units_.size(), false);
    ranked_ = plan_.order;
    std::int32_t running = 0;
    for (const Unit& unit : units_) {
      if (!plan_.tier[index(unit.id)]) continue;
      ++running;
      remote_ = remote_ || home(unit.id) > 0;
      if (plan_.order.empty()) ranked_.push_back(unit.id);
    }
    BL_EXPECT(static_cast<std::int32_t>(ranked_.size()) == running,
              "the order must hold every unit that runs, once");
    std::int32_t place = 0;
    for (const std::int32_t unit : ranked_) rank_[index(unit)] = place++;
  }

  void list_crossings() {
    std::vector<std::size_t> innermost(units_.size(), kTiers), outermost(units_.size(), 0);
    for (const std::int32_t unit : ranked_) {
      for (const ValueId& input : units_[index(unit)].inputs) {
        innermost[index(input.unit)] = std::min(innermost[index(input.unit)], home(unit));
        outermost[index(input.unit)] = std::max(outermost[index(input.unit)], home(unit));
      }
    }
    for (const std::int32_t unit : ranked_) {
      for (std::size_t hop = home(unit); hop < outermost[index(unit)]; ++hop) {
        crossings_.push_back({unit, hop, true, way_of(unit, hop, hop + 1)});
      }
      for (std::size_t hop = home(unit); hop > innermost[index(unit)]; --hop) {
        crossings_.push_back({unit, hop - 1, false, way_of(unit, hop, hop - 1)});
      }
    }
    const std::int32_t exit_unit = request_.graph.exits[index(plan_.exit)].value.unit;
    for (std::size_t hop = home(exit_unit); hop > 0; --hop) {
      Transfer result;
      result.bytes = result_bytes(request_, plan_.exit);
      result.link = transfer_time(result.bytes, link(hop - 1).downlink_bytes_per_s);
      crossings_.push_back({exit_unit, hop - 1, false, result});
    }
  }

  Transfer way_of(std::int32_t unit, std::size_t from, std::size_t to) const {
    return listed_transfer(request_, units_[index(unit)], static_cast<Tier>(from),
                           static_cast<Tier>(to), plan_.codecs);
  }

  std::int32_t add(FrameTask task) {
    tasks_.push_back(std::move(task));
    return static_cast<std::int32_t>(tasks_.size()) - 1;
  }

  void follow(std::int32_t before, std::int32_t after) {
    BL_EXPECT(before >= 0, "a unit reads a value that its tier never gets");
    tasks_[index(before)].then.push_back(after);
    ++tasks_[index(after)].waits_for;
  }

  /// Sequential: everything waits for the thing before it.
  void chain(std::int32_t task) {
    if (last_ >= 0) follow(last_, task);
    last_ = task;
  }

  std::int32_t add_compute(std::int32_t unit) {
    const std::optional<Nanoseconds>& time = units_[index(unit)].time[home(unit)];
    BL_EXPECT(time.has_value(), "the plan runs a unit on a tier that cannot");
    return add({kTierResource[home(unit)], unit, rank(unit), time->count(), 0, 0, {}});
  }

  std::int32_t add_transfer(const Crossing& crossing) {
    return add({crossing.up ? kUpResource[crossing.hop] : kDownResource[crossing.hop],
                crossing.unit,
                rank(crossing.unit),
                crossing.way.link.count(),
                0,
                0,
                {}});
  }

  /// Encoding or decoding on `tier`.
  std::int32_t add_codec_work(const Crossing& crossing, std::size_t tier, Nanoseconds time) {
    return add({kTierResource[tier], crossing.unit, rank(crossing.unit), time.count(), 0, 0, {}});
  }

  WideSum travel(std::size_t hop, bool up) const {
    const WideSum round_trip = link(hop).round_trip.count();
    return up ? round_trip - round_trip / 2 : round_trip / 2;
  }

  void add_crossing(const Crossing& crossing) {
    const bool encoded = crossing.way.codec != Transfer::kRaw;
    std::int32_t ready = holder(crossing.unit, crossing.from());
    if (encoded) {
      const std::int32_t encoding = add_codec_work(crossing, crossing.from(), crossing.way.encode);
      follow(ready, encoding);
      ready = encoding;
    }
    const std::int32_t task = add_transfer(crossing);
    tasks_[index(task)].travel = travel(crossing.hop, crossing.up);
    follow(ready, task);
    holder(crossing.unit, crossing.to()) = task;
    const bool reaches_edge = crossing.up && crossing.hop == 0;
    if (reaches_edge) follow(task, queue_);
    const bool relayed = crossing.up && crossing.hop == 1 && home(crossing.unit) == 0;
    if (relayed) follow(queue_, task);
    if (!encoded) return;
    const std::int32_t decoding = add_codec_work(crossing, crossing.to(), crossing.way.decode);
    follow(task, decoding);
    if (reaches_edge) follow(queue_, decoding);
    holder(crossing.unit, crossing.to()) = decoding;
  }

  /// Sequential: what has been computed and must cross the hops between two stages crosses now.
  void move(std::size_t from, std::size_t to) {
    for (std::size_t hop = from; hop < to; ++hop) {
      send_burst(hop, true);
      if (hop == 0 && queue_ < 0) {
        queue_ = add({std::nullopt, 0, 0, request_.edge_queue.count(), 0, 0, {}});
        chain(queue_);
      }
    }
    for (std::size_t hop = from; hop > to; --hop) send_burst(hop - 1, false);
  }

  /// The round trip is paid once a link, as price_plan does: half with the first burst out, half
  /// with the first burst back.
  void send_burst(std::size_t hop, bool up) {
    std::int32_t last_transfer = -1;
    for (Crossing& crossing : crossings_) {
      const bool goes = crossing.hop == hop && crossing.up == up && !crossing.done &&
                        computed_[index(crossing.unit)];
      if (!goes) continue;
      const bool encoded = crossing.way.codec != Transfer::kRaw;
      if (encoded) chain(add_codec_work(crossing, crossing.from(), crossing.way.encode));
      chain(last_transfer = add_transfer(crossing));
      if (encoded) chain(add_codec_work(crossing, crossing.to(), crossing.way.decode));
      crossing.done = true;
    }
    bool& paid = travel_paid_[hop][up ? 1 : 0];
    if (last_transfer < 0 || paid) return;
    tasks_[index(last_transfer)].travel = travel(hop, up);
    paid = true;
  }

  const PlanRequest& request_;
  const Plan& plan_;
  const std::vector<Unit>& units_;
  std::vector<std::int32_t> ranked_;  ///< the units that run, in the plan's order
  std::vector<std::int32_t> rank_;    ///< by unit id
  std::vector<Crossing> crossings_;
  std::vector<FrameTask> tasks_;
  bool remote_ = false;
  std::int32_t queue_ = -1;
  std::vector<std::array<std::int32_t, kTiers>> holder_;  ///< by unit id and tier: makes it there
  std::vector<bool> computed_;
  std::array<std::array<bool, 2>, kTiers - 1> travel_paid_{};
  std::int32_t last_ = -1;
};

}  // namespace

std::vector<FrameTask> frame_tasks(const PlanRequest& request, const Plan& plan,
                                   ExecutionMode mode) {
  FrameBuilder builder(request, plan);
  return mode == ExecutionMode::sequential ? builder.sequential() : builder.overlapped();
}

}  // namespace branchline::planner::internal
