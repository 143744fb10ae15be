#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "framework/planner/plan.h"
#include "framework/planner/plan_request.h"

namespace branchline::planner {

/// What a frame may occupy; each serves one thing at a time. uplink2 and downlink2 join edge and
/// cloud.
enum class Resource : std::uint8_t { device, uplink, edge, downlink, uplink2, cloud, downlink2 };

constexpr std::size_t kResources = 7;

const char* name_of(Resource resource) noexcept;

enum class ExecutionMode {
  sequential,  ///< a barrier after every stage (stages_of) and after every link's burst
  overlapped,  ///< an output is sent as soon as it is computed; a unit starts once its inputs are
               ///< there
};

/// One box of the timeline: `unit` computed or its output sent (on the way back: the result).
struct SimulatedEvent {
  std::int32_t frame = 0;
  Resource resource = Resource::device;
  std::int32_t unit = 0;
  Nanoseconds start{0}, end{0};

  friend bool operator==(const SimulatedEvent&, const SimulatedEvent&) = default;
};

/// What happened. Times count from the first frame's arrival and saturate.
struct Simulation {
  std::vector<Nanoseconds> latency;            ///< by frame, from its arrival to its answer
  Nanoseconds makespan{0};                     ///< when the last answer is there
  std::array<Nanoseconds, kResources> busy{};  ///< by Resource, added over the frames
  double frames_per_s = 0;                     ///< frames / makespan; infinite when that is 0
  std::vector<SimulatedEvent> events;          ///< by start, then resource
};

/// Event simulation of one frame under a plan of this library (two or three tiers, either
/// direction; see stages_of).
///
/// Each tier and each direction of each link is one server. The device takes, of what is ready, the
/// unit that stands first in Plan::order (id order when that is empty); all others serve first
/// come, first served. Half of a link's round trip passes after a transfer without occupying the
/// link, the odd nanosecond on the way out; edge_queue passes once, from the frame's first arrival
/// at the edge. Device–cloud traffic is relayed by the edge. So the parts are those of price_plan,
/// and `sequential` takes exactly price_plan's predicted time; `overlapped` never takes longer when
/// the plan turns round no more than once per link (device→edge, edge→device, device→edge→cloud),
/// as every planner's does. O((n + m) log n). Stateless.
/// @param plan  priced for `request`; Plan::order empty or complete.
Simulation simulate(const PlanRequest& request, const Plan& plan, ExecutionMode mode);

/// The same for a stream: frame i arrives at i * period and runs plans[i]. Of what waits for a
/// resource the earlier frame goes first. With a backlog (period 0) the throughput tends to 1 over
/// the busiest resource's time per frame.
Simulation simulate_stream(const PlanRequest& request, const std::vector<Plan>& plans,
                           Nanoseconds period, ExecutionMode mode);

}  // namespace branchline::planner
