#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "branchline/request.h"
#include "framework/base/clock.h"
#include "framework/base/tensor.h"
#include "framework/base/tier.h"
#include "framework/base/unit_ranges.h"

namespace branchline {
inline namespace v0 {

/// What became of a request. `ok` and `late` have an answer, and so has `infeasible`.
enum class Outcome : std::uint8_t {
  ok,
  late,
  infeasible,
  dropped,
  cancelled,
  bad_input,
  stopped,
  error
};

/// Why the result is what it is.
enum class Why : std::uint8_t {
  planned,          ///< the plan was carried out
  probing,          ///< sent to learn about a link that was not measured yet
  forced,           ///< force_exit or force_place
  no_edge,          ///< none configured, or device_only
  link_down,        ///< no connection at the time
  link_too_slow,    ///< the device is faster or safer with this link
  edge_timeout,     ///< the edge's answer did not come in time: insurance
  edge_overloaded,  ///< the edge refused
  edge_draining,
  edge_incompatible,   ///< other version, other network, or an answer that makes no sense
  deadline_too_tight,  ///< not even the first exit on the device is sure to fit
  queue_full,
  confident,  ///< an exit on the way was sure enough (Options::leave_early)
  model_error
};

const char* name_of(Outcome outcome) noexcept;
const char* name_of(Why why) noexcept;

/// One tier's part of a plan, with what was measured when it has run.
struct Stage {
  Tier tier = Tier::device;
  UnitRanges units;
  Duration compute{0};
  std::uint64_t bytes = 0;  ///< encoded bytes that left the stage
  std::string codec;        ///< of what left it; empty when nothing did
};

struct Plan {
  int exit = 0;   ///< from 1; 0: no plan
  int exits = 0;  ///< how many the model has
  Place place = Place::device;
  std::vector<Stage> stages;
  Duration predicted{0};
  Duration margin{0};  ///< deadline - reserve - predicted; negative when it does not fit
  std::optional<double> expected_accuracy;
};

/// The link as the engine sees it.
struct Link {
  bool up = false;
  double uplink_bps = 0;  ///< bit/s of goodput; 0: not measured
  double downlink_bps = 0;
  Duration round_trip{0};
  Duration age{0};   ///< since the newest measurement
  std::string edge;  ///< "host:port"; empty: none configured
};

/// Measured times of one request. `edge` and `edge_queued` come from the edge's clock, as
/// durations.
struct Timing {
  Duration queued{0}, device{0}, encode{0}, uplink{0}, edge_queued{0}, edge{0}, downlink{0},
      fallback{0}, total{0};
  std::uint64_t bytes_up = 0, bytes_down = 0;
};

struct Result {
  Outcome outcome = Outcome::error;
  Why why = Why::planned;
  Plan plan;                      ///< what produced the answer
  std::optional<Plan> abandoned;  ///< the plan that the insurance replaced
  Link link;
  Timing timing;
  std::vector<Tensor> outputs;  ///< the exit's logits, {1, classes}
  std::uint64_t frame = 0;
  Duration latency{0};   ///< from the call (or the scheduled arrival) to the answer
  Duration deadline{0};  ///< as a duration from the same start
  std::string detail;    ///< error text, empty otherwise

  /// There is an answer to use.
  explicit operator bool() const noexcept { return !outputs.empty(); }
  bool in_time() const noexcept { return outcome == Outcome::ok; }
  bool fell_back() const noexcept { return abandoned.has_value(); }
  /// One sentence for a log line.
  std::string explain() const;
};

}  // namespace v0
}  // namespace branchline
