#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// The link as a decision sees it: goodput in bytes/s (> 0 where a plan uses it).
struct LinkConditions {
  double uplink_bytes_per_s = 0;
  double downlink_bytes_per_s = 0;
  Duration round_trip{0};
  double log_deviation = 0;   ///< spread of log goodput; grows with the age of the measurement
  Duration edge_queue{0};     ///< waiting time expected at the edge
  double burst_bytes_up = 0;  ///< what a token bucket on the way lets through at once when full
  double free_bytes_up = 0;   ///< and what it holds now
  Duration backlog{0};        ///< until what was already sent is through
  std::int64_t overhead_up = 0, overhead_down = 0;  ///< bytes of a frame beside its payload
};

/// What a plan takes, before the link is known.
struct PlanTimes {
  Duration device{0};           ///< steps before sending, or all of them
  Duration device_cautious{0};  ///< hardly ever exceeded
  Duration encode{0};
  Duration edge{0};
  Duration tail{0};                           ///< steps after the edge's answer
  std::int64_t bytes_up = 0, bytes_down = 0;  ///< payload
  bool remote = false;
  std::optional<double> accuracy;  ///< of the planned exit, codecs included
  int exit = 0;                    ///< index from 0
  /// By exit: time, hardly ever (the first) or likely not (the others) exceeded, from the end of
  /// `device` (device-only plans: from the start) until the device itself has that exit's answer.
  std::vector<Duration> insurance;
  std::vector<std::optional<double>> insurance_accuracy;
};

/// What will become of a plan.
struct Forecast {
  Duration device{0}, encode{0}, uplink{0}, edge{0}, downlink{0}, total{0};
  double in_time = 0;          ///< probability of the planned answer within the budget
  std::optional<int> insured;  ///< deepest exit that the device likely has by then on its own
  double worth = 0;            ///< expected accuracy: in_time x planned + (1 - in_time) x insured
};

/// Accuracy to compare by; a model that was never calibrated is taken to gain the same with each
/// exit.
double comparable_accuracy(std::optional<double> accuracy, int exit, int exits);

/// In 95 of 100 cases the edge's answer is there so long after sending; by the same distribution.
Duration exchange_p95(const Forecast& forecast, const LinkConditions& link);

/// The plan's fate within `budget`. The link's time is log-normal with its spread, the device's and
/// the edge's are taken with a margin. Stateless; a few hundred nanoseconds.
Forecast forecast(const PlanTimes& plan, const LinkConditions& link, Duration budget);

}  // namespace branchline::runtime
