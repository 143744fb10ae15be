#include <prometheus/metric_family.h>

#include <utility>

#include "branchline/status.h"
#include "framework/base/metric_families.h"

namespace branchline {
inline namespace v0 {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using Counts = std::map<std::string, std::uint64_t>;

constexpr double kBitsPerByte = 8;

Counts counts_by_exit(const Status& status) {
  Counts counts;
  for (std::size_t i = 0; i < status.by_exit.size(); ++i) {
    counts[std::to_string(i + 1)] = status.by_exit[i];
  }
  return counts;
}

Counts counts_by_place(const Status& status) {
  Counts counts;
  for (const Place place : {Place::device, Place::split, Place::edge}) {
    counts[name_of(place)] = status.by_place[static_cast<std::size_t>(place)];
  }
  return counts;
}

MetricFamily latency_family(const Status& status) {
  MetricFamily family{"branchline_latency_seconds",
                      "Quantiles of the last 1000 answers' latency",
                      MetricType::Gauge,
                      {}};
  const std::pair<const char*, Duration> quantiles[] = {
      {"0.5", status.p50}, {"0.95", status.p95}, {"0.99", status.p99}};
  for (const auto& [share, latency] : quantiles) {
    family.metric.push_back(labelled("quantile", share));
    family.metric.back().gauge.value = metric_seconds(latency);
  }
  return family;
}

MetricFamily goodput_family(const Link& link) {
  MetricFamily family{"branchline_link_bytes_per_second",
                      "Goodput of the link as measured, 0: not measured",
                      MetricType::Gauge,
                      {}};
  const std::pair<const char*, double> directions[] = {{"up", link.uplink_bps},
                                                       {"down", link.downlink_bps}};
  for (const auto& [direction, bits_per_s] : directions) {
    family.metric.push_back(labelled("direction", direction));
    family.metric.back().gauge.value = bits_per_s / kBitsPerByte;
  }
  return family;
}

MetricFamily link_family(const Link& link) {
  MetricFamily family = gauge_family(
      "branchline_link_up", "1 while an edge is connected; the label names it", link.up ? 1 : 0);
  family.metric.back().label = {{"edge", link.edge}};
  return family;
}

MetricFamily plan_family(const Plan& plan) {
  MetricFamily family =
      gauge_family("branchline_plan_exit", "Exit of the plan in force, 1 the earliest", plan.exit);
  family.metric.back().label = {{"place", name_of(plan.place)}};
  return family;
}

}  // namespace

std::string prometheus_text(const Status& status) {
  return metric_text({
      counter_family("branchline_answers_total", "Answers, by whether the deadline was kept",
                     "kept", {{"yes", status.in_time}, {"no", status.late}}),
      counter_family("branchline_answers_by_exit_total", "Answers by exit, 1 the earliest", "exit",
                     counts_by_exit(status)),
      counter_family("branchline_answers_by_place_total", "Answers by where they were computed",
                     "place", counts_by_place(status)),
      counter_family("branchline_results_total",
                     "Results of all kinds, by why they are what they are", "why", status.by_why),
      counter_family("branchline_fell_back_total", "Answers of the insurance", "",
                     {{"", status.fell_back}}),
      counter_family("branchline_unanswered_total",
                     "Results without an answer, by what became of them", "outcome",
                     {{"dropped", status.dropped}, {"failed", status.failed}}),
      counter_family("branchline_sent_again_total", "Requests sent to the spare edge too, by why",
                     "why", {{"failover", status.failed_over}, {"hedge", status.hedged}}),
      counter_family("branchline_wire_bytes_total", "Bytes sent to and received from edges",
                     "direction", {{"up", status.bytes_up}, {"down", status.bytes_down}}),
      latency_family(status),
      gauge_family("branchline_reserve_seconds", "Answers are given this much before the deadline",
                   metric_seconds(status.reserve)),
      gauge_family("branchline_ready", "1 when the plans for the present link are prepared",
                   status.ready ? 1 : 0),
      link_family(status.link),
      goodput_family(status.link),
      gauge_family("branchline_link_round_trip_seconds", "Round trip to the edge",
                   metric_seconds(status.link.round_trip)),
      plan_family(status.plan),
  });
}

}  // namespace v0
}  // namespace branchline
