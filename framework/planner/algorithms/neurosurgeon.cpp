#include "framework/planner/algorithms/neurosurgeon.h"

#include <cstddef>
#include <vector>

#include "framework/planner/internal/cheapest_cut.h"
#include "framework/planner/internal/placement.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

using graph::Unit;
using graph::ValueId;
using internal::clamped_time;
using internal::WideSum;

/// Moves the units of one exit to the device one by one, in id order, and knows the price after
/// each.
class PrefixSweep {
 public:
  PrefixSweep(const PlanRequest& request, int exit)
      : request_(request),
        needed_(graph::units_of_exit(request.graph, exit)),
        exit_unit_(request.graph.exits[static_cast<std::size_t>(exit)].value.unit),
        last_reader_(needed_.size(), -1),
        crosses_(needed_.size(), false) {
    for (const Unit& unit : request.graph.units) {
      if (!needed_[index(unit.id)]) continue;
      for (const ValueId& input : unit.inputs) last_reader_[index(input.unit)] = unit.id;
      add(on_edge_, unit.time[1], unit.id == 0 ? 0 : 1);
    }
    fixed_ = WideSum{request.link.round_trip.count()} + request.edge_queue.count() +
             transfer_time(result_bytes(request, exit), request.link.downlink_bytes_per_s).count();
    exit_travels_ = request.graph.units[index(exit_unit_)].transmissible;
  }

  /// The last unit that stays on the device.
  std::optional<std::int32_t> cheapest() {
    internal::CheapestCut cuts;
    for (const Unit& unit : request_.graph.units) {
      if (!needed_[index(unit.id)]) continue;
      move_to_device(unit);
      if (on_device_.barred > 0) return cuts.cut();
      if (unit.id == exit_unit_) break;
      const bool runs = on_edge_.barred == 0 && stuck_ == 0 && exit_travels_;
      if (runs) {
        cuts.offer(unit.id,
                   clamped_time(on_device_.time + on_edge_.time + fixed_ + crossing_time_));
      }
    }
    cuts.offer(exit_unit_, clamped_time(on_device_.time));
    return cuts.cut();
  }

 private:
  struct TierLoad {
    WideSum time = 0;
    std::int32_t barred = 0;  ///< units that the tier cannot run
  };

  static std::size_t index(std::int32_t unit) { return static_cast<std::size_t>(unit); }

  /// Adds the unit `count` times: 1, 0 or -1.
  static void add(TierLoad& load, const std::optional<Nanoseconds>& time, std::int32_t count) {
    if (time) {
      load.time += WideSum{time->count()} * count;
    } else {
      load.barred += count;
    }
  }

  void move_to_device(const Unit& unit) {
    add(on_device_, unit.time[0], 1);
    add(on_edge_, unit.time[1], unit.id == 0 ? 0 : -1);
    for (const ValueId& input : unit.inputs) {
      const bool done = last_reader_[index(input.unit)] == unit.id && crosses_[index(input.unit)];
      if (done) set_crossing(request_.graph.units[index(input.unit)], false);
    }
    if (last_reader_[index(unit.id)] > unit.id) set_crossing(unit, true);
  }

  void set_crossing(const Unit& unit, bool crosses) {
    const int sign = crosses ? 1 : -1;
    crosses_[index(unit.id)] = crosses;
    crossing_time_ += up_time(request_, unit, 0) * sign;
    if (!unit.transmissible) stuck_ += sign;
  }

  const PlanRequest& request_;
  std::vector<bool> needed_;
  std::int32_t exit_unit_;
  std::vector<std::int32_t> last_reader_;  ///< by unit id; -1: nobody in the sub-graph
  std::vector<bool> crosses_;              ///< by unit id: on the device with a reader on the edge
  TierLoad on_device_, on_edge_;
  WideSum crossing_time_ = 0;
  std::int32_t stuck_ = 0;  ///< crossing values that no frame can carry
  WideSum fixed_ = 0;       ///< paid by every cut: round trip, queue, the result's way back
  bool exit_travels_ = true;
};

class Neurosurgeon final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    const std::optional<std::int32_t> last = PrefixSweep(request, exit).cheapest();
    if (!last) return std::nullopt;
    return price_plan(request, exit,
                      internal::placement(request.graph, exit, [last](std::int32_t unit) {
                        return unit <= *last ? Tier::device : Tier::edge;
                      }));
  }

  const std::string name_ = "neurosurgeon";
  const std::string summary_ =
      "cheapest prefix on the device, rest on the edge; optimal on chains; O(n + m)";
};

}  // namespace

std::unique_ptr<Planner> make_neurosurgeon() { return std::make_unique<Neurosurgeon>(); }

}  // namespace branchline::planner
