#pragma once

#include <cstddef>
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

inline constexpr std::size_t kWhys = static_cast<std::size_t>(Why::model_error) + 1;

/// Whether a request went to the spare edge too.
enum class SentAgain : std::uint8_t {
  no,
  failover,  ///< the first edge was lost, or refused
  hedge      ///< the first edge's answer was overdue (Options::hedge)
};

const char* name_of(Outcome outcome) noexcept;
const char* name_of(Why why) noexcept;
const char* name_of(SentAgain sent_again) noexcept;

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
  std::uint64_t bytes_up = 0, bytes_down = 0;  ///< payload of what was sent; whole answers
};

/// What a request's time went to.
enum class Step : std::uint8_t {
  queued,  ///< was made fit for the network, and waited for the device
  front,   ///< the device's part of the plan, all of it when nothing is sent
  encode,
  upload,
  edge_queue,
  edge,  ///< computed there, decoding included
  download,
  unanswered,  ///< sent, and nothing had come back by the end
  insurance,
  tail  ///< the device, with what the edge computed
};

const char* name_of(Step step) noexcept;

/// A stretch of a request's time, on the device's clock from the request's start. What the edge did
/// is placed within the round trip by the estimated download: clocks of two machines are never
/// compared. Device steps never overlap; upload to download follow each other without a gap.
struct Span {
  Step step = Step::queued;
  Duration begin{0}, length{0};
  int exit = 0;  ///< whose logits it put out; 0: none
};

struct Result {
  Outcome outcome = Outcome::error;
  Why why = Why::planned;
  Plan plan;                      ///< what produced the answer
  std::optional<Plan> abandoned;  ///< the plan that the insurance replaced
  Link link;                      ///< when the plan was made; `edge` is whose answer counts
  SentAgain sent_again = SentAgain::no;
  Timing timing;
  std::vector<Span> spans;      ///< in the order in which they became known
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
