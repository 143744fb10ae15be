#include <prometheus/metric_family.h>

#include <utility>

#include "branchline/status.h"
#include "framework/base/metric_families.h"

namespace branchline {
inline namespace v0 {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kBitsPerByte = 8;

void add_count(std::uint64_t count, std::vector<prometheus::ClientMetric::Label> labels,
               MetricFamily& family) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(count);
  family.metric.push_back(std::move(metric));
}

MetricFamily requests_family(const Status& status) {
  MetricFamily family{"branchline_requests_total",
                      "Requests by what became of them, and why",
                      MetricType::Counter,
                      {}};
  for (const auto& [kind, count] : status.results) {
    add_count(count, {{"outcome", name_of(kind.first)}, {"why", name_of(kind.second)}}, family);
  }
  return family;
}

MetricFamily plans_family(const Status& status) {
  MetricFamily family{"branchline_plan_total",
                      "Answers by where they were computed, and by exit, 1 the earliest",
                      MetricType::Counter,
                      {}};
  for (const auto& [plan, count] : status.answers) {
    add_count(count, {{"place", name_of(plan.first)}, {"exit", std::to_string(plan.second)}},
              family);
  }
  return family;
}

MetricFamily fallback_family(const Status& status) {
  MetricFamily family{
      "branchline_fallback_total", "Answers of the insurance, by why", MetricType::Counter, {}};
  for (const auto& [why, count] : status.fallbacks) {
    add_count(count, {{"why", name_of(why)}}, family);
  }
  return family;
}

MetricFamily latency_family(const DurationCounts& times) {
  MetricFamily family{
      "branchline_request_seconds", "Latencies of answers", MetricType::Histogram, {}};
  add_histogram(metric_seconds(times.bounds), times.counts, metric_seconds(times.sum), {}, family);
  return family;
}

MetricFamily ratio_family(const std::string& name, const std::string& help,
                          const RatioCounts& ratios) {
  MetricFamily family{name, help, MetricType::Histogram, {}};
  add_histogram(ratios.bounds, ratios.counts, ratios.sum, {}, family);
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
      requests_family(status),
      latency_family(status.latencies),
      ratio_family("branchline_deadline_ratio", "Latencies of answers as parts of the deadline",
                   status.deadline_ratios),
      ratio_family("branchline_prediction_error_ratio",
                   "Latencies of planned answers as parts of what was predicted",
                   status.prediction_ratios),
      plans_family(status),
      fallback_family(status),
      counter_family("branchline_sent_again_total", "Requests sent to the spare edge too, by why",
                     "why", {{"failover", status.failed_over}, {"hedge", status.hedged}}),
      counter_family("branchline_wire_bytes_total", "Bytes sent to and received from edges",
                     "direction", {{"up", status.bytes_up}, {"down", status.bytes_down}}),
      gauge_family("branchline_reserve_seconds", "Answers are given this much before the deadline",
                   metric_seconds(status.reserve)),
      gauge_family("branchline_ready", "1 when the plans for the present link are prepared",
                   status.ready ? 1 : 0),
      link_family(status.link),
      gauge_family("branchline_link_uplink_bytes_per_second",
                   "Goodput to the edge as measured, 0: not measured",
                   status.link.uplink_bps / kBitsPerByte),
      gauge_family("branchline_link_downlink_bytes_per_second",
                   "Goodput from the edge as measured, 0: not measured",
                   status.link.downlink_bps / kBitsPerByte),
      gauge_family("branchline_link_round_trip_seconds", "Round trip to the edge",
                   metric_seconds(status.link.round_trip)),
      plan_family(status.plan),
  });
}

}  // namespace v0
}  // namespace branchline
